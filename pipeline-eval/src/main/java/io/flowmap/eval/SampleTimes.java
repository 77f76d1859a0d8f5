package io.flowmap.eval;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.median;

import io.flowmap.data.SampleSchema;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Time of generating an image: the median over the samples, which the first batches' warming up does not touch. */
final class SampleTimes {
    private SampleTimes() {}

    /** Median nanoseconds an image. */
    static double medianNanos(Dataset<Row> samples) {
        return samples.select(median(col(SampleSchema.NANOS).cast("double")))
                .first()
                .getDouble(0);
    }
}
