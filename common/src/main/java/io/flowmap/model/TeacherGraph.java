package io.flowmap.model;

import io.flowmap.flow.NetworkField;
import io.flowmap.graph.Shapes;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A teacher's velocity as a graph, which objectives can evaluate at any point and differentiate through. The code that opens it closes it,
 * after the programs that read its arrays.
 */
public interface TeacherGraph extends AutoCloseable {
    /** Places the teacher's arrays into a graph, once. The emitter can be used any number of times. */
    Emitter in(Shapes shapes, DataType type);

    /** Frees the teacher's arrays. */
    @Override
    default void close() {}

    /** Emits v(x, t) with the shape of x, for the point's condition and guidance weight. Teachers ignore the target time. */
    public interface Emitter {
        SDVariable velocity(NetworkField.Point point);
    }
}
