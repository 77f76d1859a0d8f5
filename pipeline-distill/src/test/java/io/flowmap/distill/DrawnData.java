package io.flowmap.distill;

import io.flowmap.data.BlockFile;
import io.flowmap.data.DataFacts;
import io.flowmap.data.Edm2;
import io.flowmap.data.LatentRecord;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.LatentShape;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageOutput;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.DType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.hadoop.fs.Path;

/** An ingest output of Gaussian latents with standard deviation 0.5 in one block; record i has class i mod classes. */
public final class DrawnData {
    private DrawnData() {}

    public static void write(JobContext context, LatentShape shape, int classes, int count) throws IOException {
        var output = StageOutput.open(context, "data", List.of(), List.of());
        var folder = new Path(output.dir(), "train/block");
        var rows = LongStream.range(0, count)
                .mapToObj(i -> LatentSchema.row(LatentRecord.of(
                        i, classes == 0 ? -1 : (int) (i % classes), values(i, shape), DType.FLOAT32, shape)))
                .toList();
        context.spark()
                .createDataFrame(rows, LatentSchema.type())
                .coalesce(1)
                .write()
                .parquet(folder.toString());
        String file = null;
        for (var status : output.fileSystem().listStatus(folder)) {
            file = status.getPath().getName().endsWith(".parquet")
                    ? status.getPath().getName()
                    : file;
        }
        var blocks = List.of(new BlockFile("block/" + file, 0, count));
        var names = IntStream.range(0, classes).mapToObj(c -> "class " + c).toList();
        output.finish(
                new DataFacts(shape, DType.FLOAT32, new Edm2().toJson(), classes, names, Map.of("train", blocks)));
    }

    private static float[] values(long record, LatentShape shape) {
        var values = new float[shape.size()];
        new CounterRandom(31).gaussians(values, 0, values.length, record);
        for (int i = 0; i < values.length; i++) {
            values[i] *= 0.5f;
        }
        return values;
    }
}
