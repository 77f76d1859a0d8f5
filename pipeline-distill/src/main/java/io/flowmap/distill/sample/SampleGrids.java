package io.flowmap.distill.sample;

import io.flowmap.data.LatentShape;
import io.flowmap.data.LiteralPath;
import io.flowmap.data.SampleRecord;
import io.flowmap.data.SampleSchema;
import io.flowmap.file.AtomicFile;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageOutput;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** Image grids of the first samples for each model, guidance weight and step count: one column per class, the same noise in all grids. */
final class SampleGrids {
    private static final int UNCONDITIONAL_COLUMNS = 10;
    private static final int GAP = 2;

    private SampleGrids() {}

    /** Writes {@code grids/<model>-<guidance>-<steps>.png} and returns these names. */
    static List<String> write(
            JobContext context, StageOutput output, GenerateConfig config, LatentShape shape, int classes) {
        var names = new ArrayList<String>();
        int columns = classes > 0 ? classes : UNCONDITIONAL_COLUMNS;
        int count = Math.min(config.samples(), columns * config.gridRows());
        for (String model : config.models()) {
            Dataset<Row> rows = context.spark()
                    .read()
                    .parquet(LiteralPath.of(new Path(output.dir(), SampleSchema.MODEL + "=" + model)))
                    .where(functions.col("index").lt(count));
            for (double guidance : config.guidance()) {
                for (int steps : config.steps()) {
                    List<Row> selected = rows.where(
                                    functions.col(SampleSchema.GUIDANCE).equalTo(guidance))
                            .where(functions.col(SampleSchema.STEPS).equalTo(steps))
                            .collectAsList();
                    var name = "grids/" + model + "-" + guidance + "-" + steps + ".png";
                    AtomicFile.write(
                            output.fileSystem(), new Path(output.dir(), name), png(selected, shape, columns, count));
                    names.add(name);
                }
            }
        }
        return names;
    }

    private static byte[] png(List<Row> rows, LatentShape shape, int columns, int count) {
        int cellWidth = shape.width() + GAP;
        int cellHeight = shape.height() + GAP;
        int lines = (count + columns - 1) / columns;
        var image = new BufferedImage(columns * cellWidth - GAP, lines * cellHeight - GAP, BufferedImage.TYPE_INT_RGB);
        for (Row row : rows) {
            SampleRecord sample = SampleSchema.record(row);
            int left = (int) (sample.index() % columns) * cellWidth;
            int top = (int) (sample.index() / columns) * cellHeight;
            draw(image, sample, left, top);
        }
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot encode a grid", e);
        }
        return bytes.toByteArray();
    }

    /** The first channel as gray, or the first three as RGB. */
    private static void draw(BufferedImage image, SampleRecord sample, int left, int top) {
        LatentShape shape = sample.shape();
        int plane = shape.height() * shape.width();
        for (int i = 0; i < plane; i++) {
            int rgb = 0;
            for (int channel = 0; channel < 3; channel++) {
                int from = shape.channels() >= 3 ? channel * plane : 0;
                rgb = rgb << 8 | sample.image()[from + i] & 0xff;
            }
            image.setRGB(left + i % shape.width(), top + i / shape.width(), rgb);
        }
    }
}
