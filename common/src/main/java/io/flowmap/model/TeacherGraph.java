package io.flowmap.model;

import io.flowmap.flow.NetworkField;
import io.flowmap.graph.Shapes;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A teacher's velocity as a graph, so that objectives can evaluate it where they need it and differentiate through it. Who opened it closes
 * it, after the programs that read its arrays.
 */
public interface TeacherGraph extends AutoCloseable {
    /** Places the teacher's arrays into a graph, once; the emitter may be used any number of times. */
    Emitter in(Shapes shapes, DataType type);

    /** Frees its arrays, if it has any. */
    @Override
    default void close() {}

    /** Emits v(x, t) of the shape of x, for the point's classes and guidance weights; teachers read no target time. */
    public interface Emitter {
        SDVariable velocity(NetworkField.Point point);
    }
}
