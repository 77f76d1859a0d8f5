package io.flowmap.app.sweep;

import io.flowmap.app.lab.LabPage;
import io.flowmap.app.study.TextTable;
import io.flowmap.data.LatentData;
import io.flowmap.distill.sample.SampleSource;
import io.flowmap.eval.EvaluateConfig;
import io.flowmap.eval.ReferenceDistance;
import io.flowmap.eval.report.PublishedTable;
import io.flowmap.model.StoredModel;
import io.flowmap.page.Axis;
import io.flowmap.page.Csv;
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
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;

/**
 * Samples flow maps with every combination of checkpoint, average, guidance weight, gamma and steps, and finds the best gamma and
 * guidance weight for every number of steps (AYF Table 3).
 */
public final class SweepJob implements Job {
    private static final String SECTION = "sweep";
    private static final String LEGEND =
            "Lower is better for the distance (FD), cost and time. NFE: network evaluations per sample; γ: noise of the"
                    + " sampler between steps; λ: guidance weight.";

    /** @param best case and distance for every number of steps, by the names of case and metric */
    private record Facts(int cases, long endedEarly, List<Map<String, Object>> best) {}

    @Override
    public String name() {
        return SECTION;
    }

    @Override
    public String summary() {
        return "measure flow maps at every checkpoint, average, guidance weight, gamma and number of steps: the best for each";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of(SECTION, SweepConfig.class, "evaluate", EvaluateConfig.class);
    }

    @Override
    public void run(JobContext context) {
        var settings = context.settings().section(SECTION, SweepConfig.class);
        var data = LatentData.open(context.hadoop(), context.stage(StageNames.DATA), "train");
        var models = models(context, settings, data);
        var reference = ReferenceDistance.open(context);
        var inputs = new ArrayList<>(List.of(StageInput.stage(context, StageNames.DATA), reference.input()));
        settings.stages().forEach(stage -> inputs.add(StageInput.stage(context, stage)));
        new Stage(StageNames.SWEEP, List.of(SECTION, "evaluate"), inputs).make(context, name(), output -> {
            var table = measure(context, settings, models, data, reference);
            return write(context, output, settings, table);
        });
    }

    private static SweepTable measure(
            JobContext context,
            SweepConfig settings,
            Map<String, StoredModel> models,
            LatentData data,
            ReferenceDistance reference) {
        var network = new JavaSparkContext(context.spark().sparkContext()).broadcast(reference.model());
        var task = new SweepTask(
                models,
                new SampleSource(
                        data.shape(),
                        data.encoder(),
                        data.conditions(),
                        settings.shift(),
                        context.run().seedOf("generate"),
                        settings.batch()),
                settings.samples(),
                network,
                reference.batch());
        var table = new SweepTable(new Sweep(context, settings, task, reference).rows());
        network.destroy();
        return table;
    }

    private static Map<String, StoredModel> models(JobContext context, SweepConfig settings, LatentData data) {
        var models = new TreeMap<String, StoredModel>();
        for (var one : settings.cases()) {
            models.computeIfAbsent(one.network(), name -> {
                var model = StoredModel.of(context, one.stage(), ".", one.average());
                model.requireFits(data);
                return model;
            });
        }
        return models;
    }

    private static Facts write(JobContext context, StageOutput output, SweepConfig settings, SweepTable table) {
        context.spark()
                .createDataFrame(
                        table.rows().stream()
                                .map(row -> RowFactory.create(row.cells().toArray()))
                                .toList(),
                        SweepRow.schema())
                .coalesce(1)
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(new Path(output.dir(), "table").toString());
        LabPage.text(output, "table.csv", Csv.of(table.columns()));
        LabPage.text(output, "best.csv", Csv.of(table.bestCells()));
        var told = told(settings, table);
        var published = PublishedTable.SAMPLING;
        LabPage.table(
                output,
                String.join(
                        "\n",
                        new TextTable(table.bestCells()).toString(),
                        told + "\n",
                        published.title() + "\n",
                        new TextTable(published.rows()).toString()));
        var bySteps = bySteps(table);
        var byTime = byTime(table);
        LabPage.plot(output, "steps", bySteps);
        LabPage.plot(output, "time", byTime);
        LabPage.page(
                output,
                new Page("Sweep", "The best sampler noise and guidance weight for every number of steps")
                        .introduction(
                                "About this page",
                                "The run's flow maps were sampled with every combination in the settings of sweep, from the same noise, and measured"
                                        + " alike. The first table has the best choice for each number of steps: take it for generate.gamma and"
                                        + " generate.guidance.")
                        .command(context.command())
                        .section("The best", told, Html.table(LEGEND, table.bestCells(), 1))
                        .section(
                                "Quality against steps and time",
                                "Right: all cases that drew all samples. Dashed line: cases for which no other is both faster and"
                                        + " closer to the reference.",
                                "<div class=\"charts\">" + bySteps.html() + byTime.html() + "</div>")
                        .section("All cases", "", Html.table(LEGEND, table.allCells(), 1))
                        .section(
                                "The paper's choice",
                                published.title(),
                                Html.table("By number of network evaluations (NFE).", published.rows(), 1))
                        .html());
        return new Facts(
                table.rows().size(),
                table.rows().stream().filter(SweepRow::pruned).count(),
                best(table));
    }

    private static List<Map<String, Object>> best(SweepTable table) {
        return table.best().stream()
                .map(row -> Map.<String, Object>of(
                        "case", row.ofCase().name(), row.protocol().metric(), row.distance()))
                .toList();
    }

    private static String told(SweepConfig settings, SweepTable table) {
        var protocol = table.rows().get(0).protocol();
        var reference = protocol.reference();
        var rule = settings.screenedBlocks() == settings.blocks()
                ? "All cases drew all samples."
                : String.format(
                        Locale.ROOT,
                        "A case ended after %d samples if its distance exceeded %.2f times the smallest for its number of steps: %d of %d.",
                        settings.samples(settings.screenedBlocks()),
                        settings.keep(),
                        table.rows().stream().filter(SweepRow::pruned).count(),
                        table.rows().size());
        return String.format(
                Locale.ROOT,
                "%s (weights %.12s…) of %,d samples against %,d images of the split %s (%.12s…), all cases from the same noise. %s",
                protocol.metric(),
                protocol.network().hash(),
                settings.samples(),
                reference.samples(),
                reference.split(),
                reference.hash(),
                rule);
    }

    private static LineChart bySteps(SweepTable table) {
        var byNetwork = table.best().stream()
                .collect(Collectors.groupingBy(row -> row.ofCase().network(), TreeMap::new, Collectors.toList()));
        var series = new ArrayList<Series>();
        byNetwork.forEach((network, rows) -> series.add(new Series(
                network,
                values(rows, row -> row.ofCase().steps()),
                values(rows, SweepRow::distance),
                "line" + series.size() % 10,
                true)));
        return new LineChart(
                metric(table) + " ↓ at the best γ and λ",
                Axis.doubling("steps", values(table.best(), row -> row.ofCase().steps())),
                Axis.logarithmic("", values(table.best(), SweepRow::distance)),
                series);
    }

    private static LineChart byTime(SweepTable table) {
        var whole = table.rows().stream().filter(row -> !row.pruned()).toList();
        var front = table.front();
        var series = Stream.of(
                        new Series("cases", times(whole), values(whole, SweepRow::distance), "line0 points", true),
                        new Series("front", times(front), values(front, SweepRow::distance), "line1 dashed", true))
                .toList();
        return new LineChart(
                metric(table) + " ↓ against time",
                Axis.logarithmic("ms per image", times(whole)),
                Axis.logarithmic("", values(whole, SweepRow::distance)),
                series);
    }

    private static String metric(SweepTable table) {
        return table.rows().get(0).protocol().metric();
    }

    private static double[] times(List<SweepRow> rows) {
        return values(rows, SweepRow::milliseconds);
    }

    private static double[] values(List<SweepRow> rows, ToDoubleFunction<SweepRow> value) {
        return rows.stream().mapToDouble(value).toArray();
    }
}
