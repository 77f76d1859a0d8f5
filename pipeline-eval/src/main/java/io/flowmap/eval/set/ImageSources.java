package io.flowmap.eval.set;

import static org.apache.spark.sql.functions.col;

import io.flowmap.codec.PixelDecoder;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentData;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.LatentShape;
import io.flowmap.data.SampleSchema;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.StreamSupport;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/** Sources of images for the feature network: real images, decoded from latents, and generated ones. */
public final class ImageSources {
    /** The split that networks are trained on. */
    public static final String TRAIN = "train";

    private ImageSources() {}

    /** The first images of a split. */
    public static JavaRDD<LabelledImage> real(SparkSession spark, LatentData data, long count) {
        var encoder = data.encoder();
        var shape = data.shape();
        var hadoop = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .broadcast(new SerializableConfiguration(data.hadoop()));
        return data.rows(spark)
                .filter(col(LatentSchema.INDEX).lt(count))
                .javaRDD()
                .mapPartitions(rows -> {
                    var decoder = PixelDecoder.open(hadoop.value().value(), encoder, shape);
                    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> decoder.close());
                    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(rows, Spliterator.ORDERED), false)
                            .map(LatentSchema::record)
                            .map(record -> new LabelledImage(
                                    record.index(), record.label(), decoder.decode(record.values(), 1)))
                            .iterator();
                });
    }

    /** The images of a set of samples. */
    public static JavaRDD<LabelledImage> generated(SparkSession spark, SampleSet set, LatentShape shape) {
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
