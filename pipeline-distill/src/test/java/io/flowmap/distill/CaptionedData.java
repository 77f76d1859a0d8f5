package io.flowmap.distill;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.flowmap.data.BlockFile;
import io.flowmap.data.DataFacts;
import io.flowmap.data.Edm2;
import io.flowmap.data.LatentRecord;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.LatentShape;
import io.flowmap.nn.ConditionShape;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageOutput;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.DType;
import io.flowmap.text.Vocabulary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;

/** An ingest output of noisy planes whose colours follow from captions of two words, in blocks of three records. */
public final class CaptionedData {
    public static final LatentShape SHAPE = new LatentShape(3, 8, 8);
    private static final List<String> COLOURS = List.of("red", "green", "blue");
    private static final List<String> FORMS = List.of("circle", "square");
    private static final List<String> WORDS = List.of("red", "green", "blue", "circle", "square");
    private static final int BLOCK = 3;

    private CaptionedData() {}

    private record Facts(@JsonUnwrapped DataFacts data, Map<String, Vocabulary> captions) {}

    /** Caption of a record: all six pairs in turn. */
    public static String caption(long record) {
        return COLOURS.get((int) (record % 3)) + " " + FORMS.get((int) (record % 2));
    }

    /**
     * Writes the data.
     *
     * @param splits numbers of the captions of each split's records, -1 for none
     * @param shapes shapes of the splits that do not have {@link #SHAPE}
     */
    public static void write(JobContext context, Map<String, List<Integer>> splits, Map<String, LatentShape> shapes)
            throws IOException {
        var output = StageOutput.open(context, "data", List.of(), List.of());
        var blocks = new TreeMap<String, List<BlockFile>>();
        for (var split : splits.entrySet()) {
            var files = new ArrayList<BlockFile>();
            for (int first = 0; first < split.getValue().size(); first += BLOCK) {
                int end = Math.min(first + BLOCK, split.getValue().size());
                var shape = shapes.getOrDefault(split.getKey(), SHAPE);
                var captions = split.getValue().subList(first, end);
                files.add(block(context, output, split.getKey(), shape, first, captions));
            }
            blocks.put(split.getKey(), files);
        }
        var words = new Vocabulary(WORDS, 3);
        var data = new DataFacts(
                SHAPE,
                DType.FLOAT32,
                new Edm2().toJson(),
                0,
                List.of(),
                blocks,
                shapes,
                Map.of(ConditionShape.WORDS, words.array()));
        output.finish(new Facts(data, Map.of(ConditionShape.WORDS, words)));
    }

    private static BlockFile block(
            JobContext context, StageOutput output, String split, LatentShape shape, int first, List<Integer> captions)
            throws IOException {
        var rows = IntStream.range(0, captions.size())
                .mapToObj(i -> row(shape, first + i, captions.get(i)))
                .toList();
        var folder = new Path(output.dir(), split + "/" + first);
        var type = LatentSchema.type()
                .add(LatentSchema.CAPTION, DataTypes.StringType)
                .add(LatentSchema.condition(ConditionShape.WORDS), DataTypes.BinaryType);
        context.spark().createDataFrame(rows, type).coalesce(1).write().parquet(folder.toString());
        for (var status : output.fileSystem().listStatus(folder)) {
            if (status.getPath().getName().endsWith(".parquet")) {
                return new BlockFile(first + "/" + status.getPath().getName(), first, captions.size());
            }
        }
        throw new IOException("no block in " + folder);
    }

    private static Row row(LatentShape shape, int index, int caption) {
        var values = new float[shape.size()];
        new CounterRandom(caption).gaussians(values, 0, values.length, index);
        int plane = shape.height() * shape.width();
        for (int i = 0; i < values.length; i++) {
            boolean bright = i / plane == caption % 3;
            values[i] = 0.1f * values[i] + (bright ? 0.8f : -0.4f) * (caption % 2 == 0 ? 1 : 0.5f);
        }
        var plain = LatentSchema.row(LatentRecord.of(index, -1, values, DType.FLOAT32, shape));
        var cells = new ArrayList<Object>();
        for (int c = 0; c < plain.length(); c++) {
            cells.add(plain.get(c));
        }
        cells.add(caption < 0 ? null : caption(caption));
        cells.add(DType.FLOAT32.encode(caption < 0 ? new float[3] : new float[] {1 + caption % 3, 4 + caption % 2, 0}));
        return RowFactory.create(cells.toArray());
    }
}
