package io.flowmap.eval.set;

import static org.apache.spark.sql.functions.col;

import io.flowmap.codec.PixelDecoder;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentData;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.LatentShape;
import io.flowmap.data.SampleRecord;
import io.flowmap.data.SampleSchema;
import java.io.Serializable;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.StreamSupport;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
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
        return decoded(
                spark,
                data,
                first(data.rows(spark), count),
                (row, pixels) ->
                        new LabelledImage(row.getAs(LatentSchema.INDEX), row.getAs(LatentSchema.LABEL), pixels));
    }

    /** The first images of a split with their captions, null where there is none. */
    public static JavaRDD<PromptedImage> captioned(SparkSession spark, LatentData data, long count) {
        return decoded(
                spark,
                data,
                first(data.captionedRows(spark), count),
                (row, pixels) ->
                        new PromptedImage(row.getAs(LatentSchema.INDEX), row.getAs(LatentSchema.CAPTION), pixels));
    }

    /** Captions of the first records of a split, null for none. */
    public static Dataset<Row> captions(SparkSession spark, LatentData data, long count) {
        return first(data.captionedRows(spark), count).select(LatentSchema.CAPTION);
    }

    /** Makes an image of a row and its pixels. */
    private interface Decoded<T> extends Serializable {
        T of(Row row, byte[] pixels);
    }

    private static Dataset<Row> first(Dataset<Row> rows, long count) {
        return rows.filter(col(LatentSchema.INDEX).lt(count));
    }

    private static <T> JavaRDD<T> decoded(SparkSession spark, LatentData data, Dataset<Row> records, Decoded<T> image) {
        var encoder = data.encoder();
        var shape = data.shape();
        var hadoop = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .broadcast(new SerializableConfiguration(data.hadoop()));
        return records.javaRDD().mapPartitions(rows -> {
            var decoder = PixelDecoder.open(hadoop.value().value(), encoder, shape);
            TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> decoder.close());
            return StreamSupport.stream(Spliterators.spliteratorUnknownSize(rows, Spliterator.ORDERED), false)
                    .map(row -> image.of(
                            row, decoder.decode(LatentSchema.record(row).values(), 1)))
                    .iterator();
        });
    }

    /** The images of a set of samples. */
    public static JavaRDD<LabelledImage> generated(SparkSession spark, SampleSet set, LatentShape shape) {
        return samples(spark, set, shape)
                .map(sample -> new LabelledImage(sample.index(), sample.label(), sample.image()));
    }

    /** The images of a set of samples with their prompts, null where there is none. */
    public static JavaRDD<PromptedImage> prompted(SparkSession spark, SampleSet set, LatentShape shape) {
        return samples(spark, set, shape)
                .map(sample -> new PromptedImage(sample.index(), sample.prompt(), sample.image()));
    }

    private static JavaRDD<SampleRecord> samples(SparkSession spark, SampleSet set, LatentShape shape) {
        var name = set.name();
        return set.rows(spark).javaRDD().map(row -> {
            var sample = SampleSchema.record(row);
            if (!sample.shape().equals(shape)) {
                throw new UserError("cannot evaluate " + name + ": expected images of " + shape + ", got "
                        + sample.shape() + " as sample " + sample.index());
            }
            return sample;
        });
    }
}
