package io.flowmap.data;

import io.flowmap.nn.ConditionShape;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;

/** Conditions of numbered samples, on any worker. */
@FunctionalInterface
public interface ConditionSource extends Serializable {
    /** Reads conditions by sample number. Not thread-safe. */
    @FunctionalInterface
    interface Reader extends AutoCloseable {
        /** Conditions of samples {@code first} to {@code first + n - 1}. */
        Conditions of(long first, int n);

        @Override
        default void close() {}
    }

    /** Opens a reader for a network with these conditions. */
    Reader open(Configuration hadoop, ConditionShape shape);
}
