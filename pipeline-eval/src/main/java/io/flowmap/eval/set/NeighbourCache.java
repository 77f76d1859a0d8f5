package io.flowmap.eval.set;

import io.flowmap.data.LiteralPath;
import io.flowmap.stage.JobContext;
import java.util.function.Supplier;
import org.apache.commons.lang3.ArrayUtils;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * Cache of the squared distances of images to their k-th neighbour in their set, stored as Parquet by the pixels of the set, for later
 * evaluations. Only one evaluation may use it at a time.
 */
public final class NeighbourCache {
    private static final int SHORT = 16;
    private static final StructType SCHEMA = new StructType()
            .add("block", DataTypes.IntegerType, false)
            .add("squared_radii", DataTypes.createArrayType(DataTypes.DoubleType, false), false);

    private final JobContext context;
    private final Path dir;

    NeighbourCache(JobContext context, Path dir) {
        this.context = context;
        this.dir = dir;
    }

    /**
     * The distances of a set, block by block: read from the cache, or computed and stored.
     *
     * @param set hash of its pixels
     * @param images number of the set's first images in use
     * @param neighbours k
     */
    JavaPairRDD<Integer, double[]> squaredRadii(
            String set, long images, int neighbours, Supplier<JavaPairRDD<Integer, double[]>> taken) {
        var table = new Path(dir, set.substring(0, SHORT) + "-" + images + "-" + neighbours);
        if (!FeatureCache.isWritten(context, table)) {
            var rows = taken.get().map(block -> RowFactory.create(block._1(), ArrayUtils.toObject(block._2())));
            context.spark()
                    .createDataFrame(rows, SCHEMA)
                    .write()
                    .mode(SaveMode.Overwrite)
                    .parquet(table.toString());
        }
        return context.spark()
                .read()
                .schema(SCHEMA)
                .parquet(LiteralPath.of(table))
                .javaRDD()
                .mapToPair(row -> new Tuple2<>(
                        row.getInt(0),
                        row.<Double>getList(1).stream()
                                .mapToDouble(Double::doubleValue)
                                .toArray()));
    }
}
