package io.flowmap.eval.report;

import io.flowmap.data.LatentData;
import io.flowmap.data.LiteralPath;
import io.flowmap.eval.preference.PreferenceResult;
import io.flowmap.eval.prompt.PromptRow;
import io.flowmap.eval.set.ImageSources;
import io.flowmap.eval.set.SampleSet;
import io.flowmap.eval.table.Comparison;
import io.flowmap.eval.table.MetricRow;
import io.flowmap.eval.table.MetricTable;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Store;
import io.flowmap.page.Axis;
import io.flowmap.page.Page;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import io.flowmap.stage.StageOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Writes one self-contained HTML page of a run: samples, metrics, training curves, provenance. Sections of missing stages are left out. */
public final class ReportJob implements Job {
    private static final String PAGE = "report.html";
    private static final List<String> REQUIRED = List.of(StageNames.DATA, StageNames.SAMPLES, StageNames.METRICS);
    private static final List<String> STAGES = List.of(
            StageNames.DATA,
            StageNames.TEACHER,
            StageNames.FLOW_MAP,
            StageNames.FINETUNED,
            StageNames.SAMPLES,
            StageNames.CLASSIFIER,
            StageNames.METRICS,
            StageNames.STUDY_REPORT);
    private static final List<Training> TRAININGS = List.of(
            new Training(StageNames.TEACHER + "/main", "Teacher"),
            new Training(StageNames.TEACHER + "/weak", "Weak model that guides the teacher"),
            new Training(StageNames.FLOW_MAP, "Flow map"),
            new Training(StageNames.FINETUNED, "Adversarial finetuning of the flow map"));

    private record Facts(String page) {}

    /** Directory of a training in the run, and its heading on the page. */
    private record Training(String stage, String heading) {}

    @Override
    public String name() {
        return "report";
    }

    @Override
    public String summary() {
        return "write one self-contained HTML page: samples, metrics, training, provenance";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of("report", ReportConfig.class);
    }

    @Override
    public void run(JobContext context) {
        var inputs = inputs(context);
        new Stage(StageNames.REPORT, List.of("report", Comparison.SECTION), inputs).make(context, output -> {
            write(output, PAGE, page(context, output, inputs).html());
            return new Facts(PAGE);
        });
        context.progress().phase(name(), Map.of("page", new Path(context.stage(StageNames.REPORT), PAGE)));
    }

    private static List<StageInput> inputs(JobContext context) {
        var inputs = new ArrayList<StageInput>();
        for (var stage : STAGES) {
            if (REQUIRED.contains(stage) || context.finished(stage)) {
                inputs.add(StageInput.stage(context, stage));
            }
        }
        return inputs;
    }

    private static Page page(JobContext context, StageOutput output, List<StageInput> inputs) {
        var fileSystem = output.fileSystem();
        var settings = context.settings().section("report", ReportConfig.class);
        var metrics = Manifest.read(fileSystem, context.stage(StageNames.METRICS));
        var table = new MetricTable(MetricRow.read(context.spark()
                .read()
                .parquet(LiteralPath.of(new Path(context.stage(StageNames.METRICS), MetricRow.TABLE)))));
        var comparison = Comparison.of(context);
        table.compare(comparison);
        var data = LatentData.open(
                context.hadoop(),
                context.stage(StageNames.DATA),
                metrics.config().at("/evaluate/reference-split").asText("test"));
        var measured = new MetricSection(table);
        var charts = new MetricCharts(table);
        writeFiles(output, table, charts);
        var sets = SampleSet.list(fileSystem, context.stage(StageNames.SAMPLES));
        var train = LatentData.open(context.hadoop(), context.stage(StageNames.DATA), ImageSources.TRAIN);
        var images = new ImageSection(context.spark(), data, settings);
        var guidance = Axis.format(table.bestGuidance());
        var page = new Page(settings.title(), subtitle(context, data));
        var samples = Manifest.read(fileSystem, context.stage(StageNames.SAMPLES));
        boolean finetuned =
                samples.config().at("/generate/student-stage").asText().equals(StageNames.FINETUNED);
        new Introduction(table, train, finetuned).write(page);
        page.command(context.command());
        var columns = Introduction.columns(data.classNames(), settings.classes());
        page.section("In short", chosen(table) + measured.onTrainingImages(), measured.headline());
        page.section(
                "Samples",
                "Guidance weight " + guidance
                        + ". Images at the same place have the same noise and " + Introduction.condition(data)
                        + " in every grid." + columns,
                images.samples(sets, table.bestGuidance()));
        addPrompts(context, fileSystem, page, table, sets, data);
        page.section(
                "Real images",
                "Images of the split that the samples are compared with. The samples should look like these." + columns,
                images.real());
        page.section(
                "Nearest training images",
                "The student's first samples at the fewest steps (top row), above the three training images nearest to each in pixels. A sample"
                        + " that equals an image below it would be a copy." + columns,
                images.neighbours(sets, table.bestGuidance(), train));
        page.section(
                "Quality and time against steps",
                String.join(
                        " ",
                        Stream.concat(Stream.of(measured.protocol()), comparison.notes().stream())
                                .toList()),
                charts.html()
                        + measured.rows()
                        + measured.few()
                        + measured.parts()
                        + measured.classes(data.classNames())
                        + new NamedProtocols(table).html());
        addStudy(context, fileSystem, page);
        addTraining(context, fileSystem, page);
        return page.section(
                "Provenance",
                "Inputs and settings of each stage. Hashes are the first twelve digits of SHA-256.",
                provenance(context, fileSystem, inputs));
    }

    /** The guidance weight of the headline, and why it is this one. */
    private static String chosen(MetricTable table) {
        var whose = table.steps(SampleSet.TEACHER, table.bestGuidance()).isEmpty() ? "student's" : "teacher's";
        return "At guidance weight " + Axis.format(table.bestGuidance())
                + (table.guidances().size() == 1
                        ? ", the only one measured."
                        : ", where the " + whose + " distance is lowest.");
    }

    /** Writes the table as CSV (the metrics stage has it as Parquet), and every chart as a separate file. */
    private static void writeFiles(StageOutput output, MetricTable table, MetricCharts drawn) {
        write(output, "metrics.csv", table.csv());
        drawn.charts().forEach((name, chart) -> write(output, "charts/" + name + ".svg", chart.svg()));
    }

    private static void write(StageOutput output, String name, String text) {
        AtomicFile.write(output.fileSystem(), new Path(output.dir(), name), text.getBytes(StandardCharsets.UTF_8));
    }

    private static String subtitle(JobContext context, LatentData data) {
        var shape = data.imageShape();
        return "Run " + StageInput.withoutCredentials(new Path(context.run().dir())) + ", images of " + shape.width()
                + "×" + shape.height() + "×" + shape.channels() + ", "
                + (data.classes() > 0 ? data.classes() + " classes, " : "")
                + context.clock().instant().truncatedTo(ChronoUnit.SECONDS);
    }

    private static void addPrompts(
            JobContext context,
            FileSystem fileSystem,
            Page page,
            MetricTable table,
            List<SampleSet> sets,
            LatentData data) {
        var metrics = context.stage(StageNames.METRICS);
        if (exists(fileSystem, new Path(metrics, PromptRow.TABLE))) {
            var section = PromptSection.read(context.spark(), table, metrics);
            page.section("Prompts", section.explanation(), section.html(sets, data.imageShape()));
        }
    }

    private static void addStudy(JobContext context, FileSystem fileSystem, Page page) {
        if (context.finished(StageNames.STUDY_REPORT)) {
            var section =
                    new PreferenceSection(PreferenceResult.read(fileSystem, context.stage(StageNames.STUDY_REPORT)));
            page.section("What people say", section.explanation(), section.html());
        }
    }

    private static void addTraining(JobContext context, FileSystem fileSystem, Page page) {
        var curves = new StringBuilder();
        for (var training : TRAININGS) {
            var table = new Path(context.stage(training.stage()), "training");
            if (exists(fileSystem, table)) {
                curves.append(new TrainingSection(
                                training.heading(), context.spark().read().parquet(LiteralPath.of(table)))
                        .html());
                curves.append(ProgressPictures.html(fileSystem, context.stage(training.stage()), training.heading()));
            }
        }
        if (!curves.isEmpty()) {
            page.section(
                    "Training",
                    "All values against optimisation steps. The loss of a distillation is normalised and always stays below 1. To judge"
                            + " progress look at ‖g‖, the residual of the tangent before normalisation; lower is better.",
                    curves.toString());
        }
    }

    private static String provenance(JobContext context, FileSystem fileSystem, List<StageInput> inputs) {
        var provenance = new ProvenanceSection();
        inputs.forEach(input -> provenance.add(input, Manifest.read(fileSystem, context.stage(input.name()))));
        return provenance.html();
    }

    private static boolean exists(FileSystem fileSystem, Path path) {
        try {
            return fileSystem.exists(path) && fileSystem.listStatus(path).length > 0;
        } catch (IOException e) {
            throw Store.failure("cannot look for " + path, e);
        }
    }

    private static FileSystem fileSystem(JobContext context) {
        return Store.of(context.hadoop(), new Path(context.run().dir()));
    }
}
