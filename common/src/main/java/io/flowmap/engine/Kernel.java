package io.flowmap.engine;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.factory.Nd4j;

/** An instruction with its arrays and native context. It can be run any number of times. */
interface Kernel extends AutoCloseable {
    void run();

    @Override
    void close();

    static Kernel of(Instruction instruction) {
        INDArray[] in = instruction.inputs().stream().map(Value::array).toArray(INDArray[]::new);
        INDArray[] out = instruction.outputs().stream().map(Value::array).toArray(INDArray[]::new);
        var legacy = Instruction.LEGACY.get(instruction.op());
        return legacy != null
                ? new Legacy(legacy.of(in[0], out[0], instruction.reals()))
                : Native.of(instruction, in, out);
    }

    /** An op called by name, with its own native context. */
    record Native(CustomOp op, OpContext context) implements Kernel {
        static Native of(Instruction instruction, INDArray[] in, INDArray[] out) {
            var op = DynamicCustomOp.builder(instruction.op()).build();
            OpContext context = Nd4j.getExecutioner().buildContext();
            DataType[] types = instruction.op().equals("cast") ? new DataType[] {out[0].dataType()} : new DataType[0];
            context.setArgs(in, instruction.integers(), types, instruction.reals(), instruction.flags());
            checkShapes(instruction, op, context, out);
            for (int i = 0; i < out.length; i++) {
                context.setOutputArray(i, out[i]);
            }
            return new Native(op, context);
        }

        private static void checkShapes(Instruction instruction, CustomOp op, OpContext context, INDArray[] out) {
            var shapes = Nd4j.getExecutioner().calculateOutputShape(op, context);
            for (int i = 0; i < out.length; i++) {
                long[] expected = shapes.get(i).getShape();
                if (!Arrays.equals(expected, out[i].shape())) {
                    throw new IllegalStateException("cannot compile op " + instruction.op() + ": expected output shape "
                            + Arrays.toString(expected) + ", got " + Arrays.toString(out[i].shape()));
                }
            }
        }

        @Override
        public void run() {
            Nd4j.getExecutioner().exec(op, context);
        }

        @Override
        public void close() {
            context.purge();
        }
    }

    /** An op that ND4J offers only as an object. */
    record Legacy(Op op) implements Kernel {
        @Override
        public void run() {
            Nd4j.getExecutioner().exec(op);
        }

        @Override
        public void close() {}
    }
}
