package io.flowmap.eval;

import static org.apache.spark.sql.functions.col;

import io.flowmap.data.LatentData;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.LatentShape;
import io.flowmap.data.SampleSchema;
import io.flowmap.job.UserError;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;

/** Images for the feature network: real ones, decoded from latents, and generated ones. */
final class ImageSources {
    private ImageSources() {}

    /** The first images of a split. */
    static JavaRDD<LabelledImage> real(SparkSession spark, LatentData data, long count) {
        var encoder = data.encoder();
        return data.rows(spark)
                .filter(col(LatentSchema.INDEX).lt(count))
                .javaRDD()
                .map(row -> {
                    var record = LatentSchema.record(row);
                    var pixels = new byte[record.shape().size()];
                    encoder.decode(record.values(), pixels, record.shape());
                    return new LabelledImage(record.index(), record.label(), pixels);
                });
    }

    /** The images of a set of samples. */
    static JavaRDD<LabelledImage> generated(SparkSession spark, SampleSet set, LatentShape shape) {
        var name = set.name();
        return set.rows(spark).javaRDD().map(row -> {
            var sample = SampleSchema.record(row);
            if (!sample.shape().equals(shape)) {
                throw new UserError("cannot evaluate " + name + ": expected images of " + shape + ", got "
                        + sample.shape() + " as sample " + sample.index());
            }
            return new LabelledImage(sample.index(), sample.label(), sample.image());
        });
    }
}
