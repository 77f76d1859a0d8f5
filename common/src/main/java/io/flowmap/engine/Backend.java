package io.flowmap.engine;

import io.flowmap.graph.Node;
import io.flowmap.graph.Shapes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;

/** An engine: it allocates buffers and runs instructions on them. What is peculiar to an engine lives behind this interface. */
public interface Backend {
    /**
     * Expresses an op of a graph by instructions of this engine's choice.
     *
     * @param in the op's inputs
     * @return the op's results; empty: the op becomes one instruction of the same name
     */
    List<Value> lower(Node op, List<Value> in, Emitter emitter);

    /** New memory with undefined content. */
    Buffer allocate(Type type, long length);

    /** New memory with one number. */
    Buffer scalar(Type type, double number);

    /** The array of a constant of a graph. The graph keeps it. */
    Buffer constant(Shapes shapes, SDVariable constant);

    /**
     * Prepares instructions for any number of runs.
     *
     * @param buffers memory of every value that the instructions read or write and that is not a view of another; it may be longer than the
     *     value
     */
    Execution compile(List<Instruction> instructions, Map<Value, Buffer> buffers);

    /** Prepared instructions. Not thread-safe. */
    interface Execution extends AutoCloseable {
        void run();

        @Override
        void close();
    }
}
