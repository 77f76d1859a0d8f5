package io.flowmap.engine.nd4j;

import io.flowmap.engine.Instruction;
import java.util.Arrays;
import java.util.Map;
import java.util.function.BiFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.ops.impl.transforms.floating.Sqrt;
import org.nd4j.linalg.api.ops.impl.transforms.gradient.LeakyReLUDerivative;
import org.nd4j.linalg.api.ops.impl.transforms.same.Reciprocal;
import org.nd4j.linalg.api.ops.impl.transforms.same.Square;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Cos;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Log;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sin;
import org.nd4j.linalg.api.ops.impl.transforms.strict.SoftPlus;
import org.nd4j.linalg.factory.Nd4j;

/** An instruction with its arrays and native context. It can be run any number of times. */
interface Kernel extends AutoCloseable {
    /** Creates an op over arrays from its real-valued arguments. */
    interface Maker {
        Op of(INDArray x, INDArray z, double[] reals);
    }

    /** Ops that ND4J offers by name not at all, or only with arguments rounded to float32. */
    Map<String, Maker> LEGACY = Map.of(
            "sqrt", plain(Sqrt::new),
            "Reciprocal", plain(Reciprocal::new),
            "square", plain(Square::new),
            "exp", plain(Exp::new),
            "log", plain(Log::new),
            "sin", plain(Sin::new),
            "cos", plain(Cos::new),
            "softplus", plain(SoftPlus::new),
            "erf", plain(Erf::new),
            "leakyreluderivative", (x, z, reals) -> new LeakyReLUDerivative(x, z, reals[0]));

    private static Maker plain(BiFunction<INDArray, INDArray, Op> constructor) {
        return (x, z, reals) -> constructor.apply(x, z);
    }

    void run();

    @Override
    void close();

    static Kernel of(Instruction instruction, INDArray[] in, INDArray[] out) {
        var op = instruction.op();
        var legacy = LEGACY.get(op.name());
        if (legacy != null) {
            return new Legacy(legacy.of(in[0], out[0], op.reals()));
        }
        return switch (op.name()) {
            case "assign" -> Native.of(op, new INDArray[] {in[0], in[0]}, out);
            case Dialect.UNPOOLING -> Native.of(op, new INDArray[] {out[0], in[0]}, out);
            default -> Native.of(op, in, out);
        };
    }

    /** An op called by name, with its own native context. */
    record Native(CustomOp op, OpContext context) implements Kernel {
        static Native of(Instruction.Op named, INDArray[] in, INDArray[] out) {
            var op = DynamicCustomOp.builder(named.name()).build();
            OpContext context = Nd4j.getExecutioner().buildContext();
            DataType[] types = named.name().equals("cast") ? new DataType[] {out[0].dataType()} : new DataType[0];
            context.setArgs(in, named.integers(), types, named.reals(), named.flags());
            checkShapes(named, op, context, out);
            for (int i = 0; i < out.length; i++) {
                context.setOutputArray(i, out[i]);
            }
            return new Native(op, context);
        }

        private static void checkShapes(Instruction.Op named, CustomOp op, OpContext context, INDArray[] out) {
            var shapes = Nd4j.getExecutioner().calculateOutputShape(op, context);
            for (int i = 0; i < out.length; i++) {
                long[] expected = shapes.get(i).getShape();
                if (!Arrays.equals(expected, out[i].shape())) {
                    throw new IllegalStateException("cannot compile op " + named.name() + ": expected output shape "
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
