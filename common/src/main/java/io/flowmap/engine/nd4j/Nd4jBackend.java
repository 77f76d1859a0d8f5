package io.flowmap.engine.nd4j;

import io.flowmap.engine.Backend;
import io.flowmap.engine.Buffer;
import io.flowmap.engine.Emitter;
import io.flowmap.engine.Instruction;
import io.flowmap.engine.Program;
import io.flowmap.engine.ProgramPlan;
import io.flowmap.engine.Type;
import io.flowmap.engine.Value;
import io.flowmap.graph.Node;
import io.flowmap.graph.Shapes;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J, on CPUs or on GPUs, as its library on the class path decides. */
public final class Nd4jBackend implements Backend {
    /**
     * Compiles a graph on arrays of ND4J.
     *
     * @param inputs arrays of every placeholder and variable that an output depends on, read on each run
     * @param outputs arrays that receive the named variables, of the same shapes, contiguous in C order
     * @see ProgramPlan#of
     */
    public static Program compile(Shapes shapes, Map<String, INDArray> inputs, Map<String, INDArray> outputs) {
        return compile(shapes, inputs, outputs, false);
    }

    /** Like {@link #compile(Shapes, Map, Map)}, with blocks that compute their activations again in the reverse pass. */
    public static Program compile(
            Shapes shapes, Map<String, INDArray> inputs, Map<String, INDArray> outputs, boolean recomputing) {
        var backend = new Nd4jBackend();
        var wanted = new LinkedHashMap<String, long[]>();
        outputs.forEach((name, array) -> wanted.put(name, array.shape()));
        return ProgramPlan.of(backend, shapes, inputs.keySet(), wanted, recomputing)
                .allocate(backend, buffers(inputs), buffers(outputs));
    }

    private static Map<String, Buffer> buffers(Map<String, INDArray> arrays) {
        var buffers = new HashMap<String, Buffer>();
        arrays.forEach((name, array) -> buffers.put(name, new Nd4jBuffer(array)));
        return buffers;
    }

    @Override
    public List<Value> lower(Node op, List<Value> in, Emitter emitter) {
        return Dialect.lower(op, in, emitter);
    }

    @Override
    public Buffer allocate(Type type, long length) {
        return new Nd4jBuffer(Nd4j.createUninitializedDetached(type.inGraphs(), Math.max(1, length)));
    }

    @Override
    public Buffer scalar(Type type, double number) {
        return new Nd4jBuffer(Nd4j.scalar(type.inGraphs(), number));
    }

    @Override
    public Buffer constant(Shapes shapes, SDVariable constant) {
        return new Nd4jBuffer(shapes.array(constant));
    }

    @Override
    public Execution compile(List<Instruction> instructions, Map<Value, Buffer> buffers) {
        var arrays = new HashMap<Value, INDArray>();
        List<Kernel> kernels = instructions.stream()
                .map(i -> Kernel.of(i, of(i.inputs(), buffers, arrays), of(i.outputs(), buffers, arrays)))
                .toList();
        return new Kernels(kernels);
    }

    private static INDArray[] of(List<Value> values, Map<Value, Buffer> buffers, Map<Value, INDArray> arrays) {
        return values.stream()
                .map(value -> arrays.computeIfAbsent(
                        value, v -> ((Nd4jBuffer) buffers.get(v.root())).shaped(v.offset(), v.shape())))
                .toArray(INDArray[]::new);
    }

    private record Kernels(List<Kernel> list) implements Execution {
        @Override
        public void run() {
            for (Kernel kernel : list) {
                kernel.run();
            }
        }

        @Override
        public void close() {
            list.forEach(Kernel::close);
        }
    }
}
