package io.flowmap.data;

import io.flowmap.nn.ConditionShape;
import java.io.Serializable;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Conditions of numbered samples. For a network conditioned on the class only, sample i has class i mod L. For other networks sample i has
 * the condition of record i of a split, modulo its size.
 *
 * @param dataDir directory of the ingest output
 * @param split split whose records are used
 */
public record ConditionSource(String dataDir, String split) implements Serializable {
    /** Reads conditions by sample number. Not thread-safe. */
    @FunctionalInterface
    public interface Reader {
        /** Conditions of samples {@code first} to {@code first + n - 1}. */
        Conditions of(long first, int n);
    }

    /** Opens a reader for a network with these conditions, on any worker. */
    public Reader open(Configuration hadoop, ConditionShape shape) {
        int classes = shape.classes();
        return shape.arrays().size() == (classes > 0 ? 1 : 0)
                ? (first, n) -> Conditions.inTurn(classes, first, n)
                : records(LatentData.open(hadoop, new Path(dataDir), split), shape);
    }

    private static Reader records(LatentData data, ConditionShape shape) {
        var cursor = new RecordCursor(data);
        return (first, n) -> {
            var conditions = Conditions.allocate(n, shape);
            IntStream.range(0, n).forEach(i -> {
                int row = cursor.seek(first + i);
                conditions.copy(cursor.block().conditions(), row, i, 1);
            });
            return conditions;
        };
    }
}
