package io.flowmap.distill.sample;

import static org.apache.spark.sql.functions.col;

import io.flowmap.data.LatentShape;
import io.flowmap.data.LiteralPath;
import io.flowmap.data.SampleRecord;
import io.flowmap.data.SampleSchema;
import io.flowmap.file.AtomicFile;
import io.flowmap.page.PngImage;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageOutput;
import io.flowmap.text.Prompt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;

/**
 * Image grids of the first samples for each model, guidance weight and step count, with the same noise in all grids: one column per class,
 * or a row for each prompt with its text, and a column for each seed.
 *
 * @param rows number of rows
 * @param columns number of columns
 * @param prompts texts of the rows, null without prompts
 */
record SampleGrids(int rows, int columns, LatentShape shape, Prompts prompts) {
    private static final int MOST_SEEDS = 10;
    /** Height that pictures beside a text are enlarged to, if they are smaller, in pixels. */
    private static final int TEXT_HEIGHT = 64;

    /** Grids for samples of this shape, with a column for each of the classes, if there are any. */
    static SampleGrids of(GenerateConfig config, LatentShape shape, int classes, Prompts prompts) {
        if (prompts != null) {
            int seeds = (config.samples() + prompts.period() - 1) / prompts.period();
            int rows = Math.min(config.gridRows(), prompts.first().size());
            return new SampleGrids(rows, Math.min(MOST_SEEDS, seeds), shape, prompts);
        }
        int columns = classes > 0 ? classes : MOST_SEEDS;
        int rows = (config.samples() + columns - 1) / columns;
        return new SampleGrids(Math.min(config.gridRows(), rows), columns, shape, null);
    }

    /** Writes {@code grids/<model>-<guidance>-<steps>.png} and returns these names. */
    List<String> write(JobContext context, StageOutput output, GenerateConfig config) {
        var names = new ArrayList<String>();
        for (String model : config.models()) {
            var samples = context.spark()
                    .read()
                    .parquet(LiteralPath.of(new Path(output.dir(), SampleSchema.MODEL + "=" + model)))
                    .where(wanted());
            for (double guidance : config.guidance()) {
                for (int steps : config.steps()) {
                    var selected = samples.where(col(SampleSchema.GUIDANCE).equalTo(guidance))
                            .where(col(SampleSchema.STEPS).equalTo(steps))
                            .collectAsList();
                    var name = "grids/" + model + "-" + guidance + "-" + steps + ".png";
                    var image =
                            image(selected.stream().map(SampleSchema::record).toList());
                    AtomicFile.write(output.fileSystem(), new Path(output.dir(), name), image.png());
                    names.add(name);
                }
            }
        }
        return names;
    }

    private Column wanted() {
        return prompts == null
                ? col("index").lt(rows * columns)
                : col("index")
                        .lt((long) columns * prompts.period())
                        .and(col("index").mod(prompts.period()).lt(rows));
    }

    private PngImage image(List<SampleRecord> samples) {
        var cells = new byte[rows][columns][];
        for (var sample : samples) {
            long index = sample.index();
            if (prompts == null) {
                cells[(int) (index / columns)][(int) (index % columns)] = sample.image();
            } else {
                cells[(int) (index % prompts.period())][(int) (index / prompts.period())] = sample.image();
            }
        }
        var grid = Arrays.stream(cells).map(Arrays::asList).toList();
        if (prompts == null) {
            return PngImage.grid(grid, shape, 1);
        }
        var texts = IntStream.range(0, rows)
                .mapToObj(prompts.first()::get)
                .map(Prompt::text)
                .toList();
        int scale = Math.max(1, (TEXT_HEIGHT + shape.height() - 1) / shape.height());
        return PngImage.captioned(texts, grid, shape, scale);
    }
}
