package io.flowmap.eval.set;

import io.flowmap.data.LiteralPath;
import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.feature.FeatureModel;
import io.flowmap.eval.metric.InceptionScore;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import io.flowmap.stage.JobContext;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * Cache of a network's outputs for blocks of images, stored as Parquet by the SHA-256 of their pixels. For another metric, another
 * evaluation or a set with more samples, the network runs on new blocks only. A cache directory belongs to one network, preparation of
 * the images, dimension and batch size.
 */
public final class FeatureCache {
    private static final String DIRECTORY = "features";
    private static final int SHORT = 16;
    private static final StructType SCHEMA = new StructType()
            .add("pixels", DataTypes.StringType, false)
            .add("dimension", DataTypes.IntegerType, false)
            .add("features", DataTypes.BinaryType, false)
            .add("predicted", DataTypes.BinaryType, false)
            .add("probabilities", DataTypes.BinaryType, false)
            .add("negative_entropy", DataTypes.DoubleType, false);

    private final JobContext context;
    private final Path dir;

    /** @param batch images per forward pass */
    public FeatureCache(JobContext context, FeatureModel model, int batch) {
        this.context = context;
        var key = model.hash() + "\n" + model.preparation() + "\n" + model.dimension() + "\n" + model.shape() + "\n"
                + batch;
        var name = model.name() + "-"
                + Sha256.of(key.getBytes(StandardCharsets.UTF_8)).substring(0, SHORT);
        this.dir = new Path(context.stage(DIRECTORY), name);
    }

    /** Cache of distances to neighbours in these features. */
    public NeighbourCache neighbours() {
        return new NeighbourCache(context, dir.suffix("-neighbours"));
    }

    /** Stored outputs, by the hash of the pixels. */
    JavaPairRDD<String, Kept> read() {
        if (!isWritten(context, dir)) {
            return JavaSparkContext.fromSparkContext(context.spark().sparkContext())
                    .<Tuple2<String, Kept>>emptyRDD()
                    .mapToPair(pair -> pair);
        }
        return context.spark()
                .read()
                .schema(SCHEMA)
                .parquet(LiteralPath.of(dir))
                .javaRDD()
                .mapToPair(row -> new Tuple2<String, Kept>(row.getString(0), kept(row)))
                .reduceByKey((one, same) -> one);
    }

    /** Adds blocks. A job that ends early adds none. */
    void add(JavaRDD<ClassifiedBlock> blocks) {
        context.spark()
                .createDataFrame(blocks.map(FeatureCache::row), SCHEMA)
                .write()
                .mode(SaveMode.Append)
                .parquet(dir.toString());
    }

    /**
     * Stored output for one block.
     *
     * @param features [rows, D], block 0
     * @param predicted most probable class of each row
     */
    record Kept(FeatureBlock features, int[] predicted, InceptionScore score) implements Serializable {}

    /** Whether a complete table exists there. */
    static boolean isWritten(JobContext context, Path table) {
        try {
            return Store.of(context.hadoop(), table).exists(new Path(table, "_SUCCESS"));
        } catch (IOException e) {
            throw Store.failure("cannot look for " + table, e);
        }
    }

    private static Row row(ClassifiedBlock block) {
        var features = block.features();
        var values = buffer(features.features().length * Float.BYTES);
        values.asFloatBuffer().put(features.features());
        var predicted = buffer(block.predicted().length * Integer.BYTES);
        predicted.asIntBuffer().put(block.predicted());
        var probabilities = buffer(block.score().probabilities().length * Double.BYTES);
        probabilities.asDoubleBuffer().put(block.score().probabilities());
        return RowFactory.create(
                block.hash(),
                features.dimension(),
                values.array(),
                predicted.array(),
                probabilities.array(),
                block.score().negativeEntropy());
    }

    private static Kept kept(Row row) {
        var features = ByteBuffer.wrap(row.getAs("features"))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        var values = new float[features.remaining()];
        features.get(values);
        var classes = ByteBuffer.wrap(row.getAs("predicted"))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer();
        var predicted = new int[classes.remaining()];
        classes.get(predicted);
        var sums = ByteBuffer.wrap(row.getAs("probabilities"))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asDoubleBuffer();
        var probabilities = new double[sums.remaining()];
        sums.get(probabilities);
        return new Kept(
                new FeatureBlock(0, row.getAs("dimension"), values),
                predicted,
                new InceptionScore(predicted.length, probabilities, row.getAs("negative_entropy")));
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
