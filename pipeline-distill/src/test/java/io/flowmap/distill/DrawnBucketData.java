package io.flowmap.distill;

import io.flowmap.data.BlockFile;
import io.flowmap.data.DataFacts;
import io.flowmap.data.DataFacts.ArrayFacts;
import io.flowmap.data.Edm2;
import io.flowmap.data.LatentRecord;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.LatentShape;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageOutput;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * An ingest output of Gaussian latents in buckets, with the conditions that FLUX needs. A split's records depend on its shape and their
 * numbers alone.
 */
final class DrawnBucketData {
    private static final int TOKENS = 3;
    private static final int WIDTH = 5;
    private static final int POOLED = 4;
    private static final StructType SCHEMA = LatentSchema.type()
            .add(LatentSchema.condition("pooled"), DataTypes.BinaryType)
            .add(LatentSchema.condition("text"), DataTypes.BinaryType);

    private DrawnBucketData() {}

    /** @param counts records by name of the split, such as "train/8x4" for latents of 4 rows and 8 columns */
    static void write(JobContext context, int channels, Map<String, Integer> counts) throws IOException {
        var output = StageOutput.open(context, "data", List.of(), List.of());
        var splits = new TreeMap<String, List<BlockFile>>();
        var shapes = new TreeMap<String, LatentShape>();
        for (var split : counts.keySet()) {
            var shape = shape(channels, split);
            shapes.put(split, shape);
            splits.put(split, List.of(block(context, output, split, shape, counts.get(split))));
        }
        var arrays = Map.of(
                "pooled", new ArrayFacts(List.of(POOLED), DType.FLOAT32),
                "text", new ArrayFacts(List.of(TOKENS, WIDTH), DType.FLOAT32));
        output.finish(new DataFacts(
                shapes.firstEntry().getValue(),
                DType.FLOAT32,
                new Edm2().toJson(),
                0,
                List.of(),
                splits,
                shapes,
                arrays));
    }

    private static LatentShape shape(int channels, String split) {
        var sides = split.substring(split.indexOf('/') + 1).split("x");
        return new LatentShape(channels, Integer.parseInt(sides[1]), Integer.parseInt(sides[0]));
    }

    private static BlockFile block(JobContext context, StageOutput output, String split, LatentShape shape, int count)
            throws IOException {
        var folder = new Path(output.dir(), split + "/block");
        var rows = LongStream.range(0, count).mapToObj(i -> row(i, shape)).toList();
        context.spark().createDataFrame(rows, SCHEMA).coalesce(1).write().parquet(folder.toString());
        for (var status : output.fileSystem().listStatus(folder)) {
            if (status.getPath().getName().endsWith(".parquet")) {
                return new BlockFile("block/" + status.getPath().getName(), 0, count);
            }
        }
        throw new IOException("expected a block in " + folder);
    }

    private static Row row(long record, LatentShape shape) {
        long key = 1000 * shape.height() + shape.width();
        var row = LatentSchema.row(LatentRecord.of(record, -1, drawn(shape.size(), record, key), DType.FLOAT32, shape));
        var cells = new ArrayList<Object>();
        for (int c = 0; c < row.length(); c++) {
            cells.add(row.get(c));
        }
        cells.add(DType.FLOAT32.encode(drawn(POOLED, record, key + 1)));
        cells.add(DType.FLOAT32.encode(drawn(TOKENS * WIDTH, record, key + 2)));
        return RowFactory.create(cells.toArray());
    }

    private static float[] drawn(int length, long record, long key) {
        var values = new float[length];
        new CounterRandom(37).gaussians(values, 0, length, key, record);
        for (int i = 0; i < length; i++) {
            values[i] *= 0.5f;
        }
        return values;
    }
}
