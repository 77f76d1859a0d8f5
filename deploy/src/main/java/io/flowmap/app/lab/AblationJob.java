package io.flowmap.app.lab;

import io.flowmap.app.study.TextTable;
import io.flowmap.config.UserError;
import io.flowmap.distill.DistillJob;
import io.flowmap.distill.PretrainJob;
import io.flowmap.distill.train.DivergedTraining;
import io.flowmap.eval.report.PublishedTable;
import io.flowmap.eval.table.Comparison;
import io.flowmap.ingest.IngestJob;
import io.flowmap.page.Axis;
import io.flowmap.page.Html;
import io.flowmap.page.LineChart;
import io.flowmap.page.LineChart.Series;
import io.flowmap.page.Page;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import io.flowmap.stage.StageOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compares objectives and teachers on one dataset with one seed, in one application (AYF Table 5). */
public final class AblationJob implements Job {
    private static final String SECTION = "lab.ablation";

    /**
     * @param floor distance of the training images
     * @param distances by run and number of steps
     * @param diverged reason by diverged run
     */
    private record Facts(
            String metric, double floor, Map<String, Map<Integer, Double>> distances, Map<String, String> diverged) {}

    @Override
    public String name() {
        return "lab ablation";
    }

    @Override
    public String summary() {
        return "compare objectives and teachers on one dataset: distance against steps (AYF Table 5)";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of(SECTION, AblationConfig.class);
    }

    @Override
    public void run(JobContext context) {
        var settings = context.settings().section(SECTION, AblationConfig.class);
        var runs = settings.runs().stream()
                .map(run -> AblationRun.of(context, run))
                .toList();
        new IngestJob().run(context);
        if (!context.finished(StageNames.TEACHER)) {
            new PretrainJob().run(context);
        }
        if (!context.finished(StageNames.FLOW_MAP) && runs.stream().anyMatch(AblationRun::finetunes)) {
            new DistillJob().run(context);
        }
        if (settings.seconds() > 0) {
            runs.stream().filter(run -> run.trains() && !run.finetunes()).forEach(run -> {
                tell(context, run, "measure");
                run.measure(settings.seconds(), settings.trialRounds());
            });
        }
        var completed = new ArrayList<AblationRun>();
        var diverged = new TreeMap<String, String>();
        for (var run : runs) {
            tell(context, run, "run");
            try {
                run.complete();
                completed.add(run);
            } catch (DivergedTraining e) {
                diverged.put(run.name(), e.getMessage());
                context.progress().phase(name(), Map.of("diverged", run.name(), "because", e.getMessage()));
            }
        }
        if (completed.isEmpty()) {
            throw new UserError("cannot compare runs: all diverged: " + diverged);
        }
        make(context, settings, completed, diverged);
    }

    private void tell(JobContext context, AblationRun run, String what) {
        context.progress()
                .phase(
                        name(),
                        Map.of(what, run.name(), "dir", run.context().run().dir()));
    }

    private static void make(
            JobContext context, AblationConfig settings, List<AblationRun> runs, Map<String, String> diverged) {
        var inputs = new ArrayList<StageInput>();
        for (var run : runs) {
            inputs.add(StageInput.finished(context, run.name(), run.context().stage(StageNames.METRICS)));
        }
        new Stage("lab/ablation", List.of(SECTION, Comparison.SECTION), inputs)
                .make(context, output -> write(context, settings, runs, diverged, output));
    }

    private static Facts write(
            JobContext context,
            AblationConfig settings,
            List<AblationRun> runs,
            Map<String, String> diverged,
            StageOutput output) {
        var comparison = Comparison.of(context);
        var table = AblationTable.of(runs, comparison);
        var protocol = protocol(table, settings, comparison, diverged);
        var published = PublishedTable.ABLATION.rows();
        var chart = chart(table);
        LabPage.table(
                output,
                String.join(
                        "\n",
                        new TextTable(table.rows()).toString(),
                        protocol + "\n",
                        PublishedTable.ABLATION.title() + "\n",
                        new TextTable(published).toString()));
        LabPage.plot(output, "ablation", chart);
        LabPage.page(output, page(table, protocol, published, chart));
        return new Facts(table.metric(), table.floor(), table.values(), diverged);
    }

    private static String protocol(
            AblationTable table, AblationConfig settings, Comparison comparison, Map<String, String> diverged) {
        var budget = settings.seconds() > 0
                ? String.format(
                        Locale.ROOT,
                        "Every run trains for %.0f s; its number of steps is computed from the fastest of %d rounds",
                        settings.seconds(),
                        settings.trialRounds())
                : "Every run trains for the number of steps in its settings";
        var told = String.format(
                Locale.ROOT,
                "%s by steps of the sampler, ± half the width of its interval from resampling the samples; training images: %.2f. %s; minutes"
                        + " are the time of its rounds.",
                table.metric(),
                table.floor(),
                budget);
        var missing = diverged.entrySet().stream().map(run -> run.getKey() + " diverged: " + run.getValue() + ".");
        return Stream.of(Stream.of(told), comparison.notes().stream(), missing)
                .flatMap(Function.identity())
                .collect(Collectors.joining(" "));
    }

    private static String page(AblationTable table, String protocol, List<List<String>> published, LineChart chart) {
        return new Page("Comparison of objectives and teachers", "One dataset, one seed (AYF Table 5)")
                .section("Distance against steps", "", "<div class=\"charts\">" + chart.html() + "</div>")
                .section(
                        "Table",
                        protocol,
                        Html.table(
                                table.metric()
                                        + " by number of steps, lower is better; λ is the guidance weight, \"trained\" is the number of"
                                        + " optimisation steps.",
                                table.rows(),
                                1))
                .section(
                        "The paper's values",
                        PublishedTable.ABLATION.title(),
                        Html.table("FID by number of steps, lower is better.", published, 1))
                .html();
    }

    private static LineChart chart(AblationTable table) {
        var series = new ArrayList<Series>();
        for (var line : table.lines()) {
            var cells = line.cells().values();
            series.add(new Series(
                    line.name(),
                    line.cells().keySet().stream().mapToDouble(n -> n).toArray(),
                    cells.stream().mapToDouble(AblationTable.Cell::value).toArray(),
                    cells.stream()
                            .mapToDouble(cell -> cell.value() - cell.bar())
                            .toArray(),
                    cells.stream()
                            .mapToDouble(cell -> cell.value() + cell.bar())
                            .toArray(),
                    "line" + series.size() % 10,
                    true));
        }
        var all = table.lines().stream()
                .flatMapToDouble(line -> line.cells().values().stream().mapToDouble(AblationTable.Cell::value))
                .toArray();
        var steps = table.steps().stream().mapToDouble(n -> n).toArray();
        return new LineChart(
                table.metric(), Axis.doubling("steps", steps), Axis.logarithmic(table.metric(), all), series);
    }
}
