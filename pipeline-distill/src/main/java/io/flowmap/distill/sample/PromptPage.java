package io.flowmap.distill.sample;

import static org.apache.spark.sql.functions.col;

import io.flowmap.data.LiteralPath;
import io.flowmap.data.SampleSchema;
import io.flowmap.file.AtomicFile;
import io.flowmap.page.Page;
import io.flowmap.page.PngImage;
import io.flowmap.page.PromptGallery;
import io.flowmap.page.PromptGallery.Key;
import io.flowmap.page.PromptGallery.Picture;
import io.flowmap.page.PromptGallery.Text;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageOutput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;

/** The page {@code prompts.html} of a samples' output: small pictures of the first prompts, made where the samples lie. */
final class PromptPage {
    private static final String FILE = "prompts.html";

    private PromptPage() {}

    /** Writes the page. */
    static void write(JobContext context, StageOutput output, GenerateConfig config, Prompts prompts) {
        int shown = Math.min(config.page().prompts(), prompts.first().size());
        var texts = IntStream.range(0, shown)
                .mapToObj(i -> new Text(
                        i, prompts.first().get(i).text(), prompts.first().get(i).category()))
                .toList();
        var pictures = new ArrayList<Picture>();
        config.models().forEach(model -> pictures.addAll(pictures(context, output, config, prompts.period(), model)));
        var of = shown < prompts.period() ? "the first " + shown + " of " + prompts.period() : Integer.toString(shown);
        var page = new Page("Prompts", StageInput.withoutCredentials(output.dir()) + ", " + of + " prompts")
                .introduction(
                        "About this page",
                        "Samples of each prompt. Pictures of a seed start from the same noise, in every row and column: compare"
                                + " models up and down, and numbers of steps from left to right.")
                .command(context.command());
        new PromptGallery(texts, config.models(), pictures)
                .addTo(
                        page,
                        "Samples",
                        config.page().seeds() < seeds(config, prompts)
                                ? "More seeds of each prompt are in the Parquet tables beside this page."
                                : "");
        AtomicFile.write(
                output.fileSystem(), new Path(output.dir(), FILE), page.html().getBytes(StandardCharsets.UTF_8));
    }

    private static int seeds(GenerateConfig config, Prompts prompts) {
        return (config.samples() + prompts.period() - 1) / prompts.period();
    }

    private static List<Picture> pictures(
            JobContext context, StageOutput output, GenerateConfig config, int period, String model) {
        int side = config.page().side();
        return context.spark()
                .read()
                .parquet(LiteralPath.of(new Path(output.dir(), SampleSchema.MODEL + "=" + model)))
                .where(col("index").mod(period).lt(config.page().prompts()))
                .where(col("index").lt((long) period * config.page().seeds()))
                .javaRDD()
                .map(row -> picture(row, model, period, side))
                .collect();
    }

    private static Picture picture(Row row, String model, int period, int side) {
        var sample = SampleSchema.record(row);
        Number guidance = row.getAs(SampleSchema.GUIDANCE);
        Number steps = row.getAs(SampleSchema.STEPS);
        var key = new Key(
                (int) (sample.index() % period),
                (int) (sample.index() / period),
                model,
                guidance.doubleValue(),
                steps.intValue());
        return new Picture(key, PngImage.thumbnail(sample.image(), sample.shape(), side));
    }
}
