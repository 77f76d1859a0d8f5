package io.flowmap.app.lab;

import io.flowmap.app.study.TangentDoctor;
import io.flowmap.app.study.TangentDoctor.Reading;
import io.flowmap.app.study.TextTable;
import io.flowmap.config.UserError;
import io.flowmap.model.StoredModel;
import io.flowmap.page.Axis;
import io.flowmap.page.Html;
import io.flowmap.page.LineChart;
import io.flowmap.page.LineChart.Series;
import io.flowmap.page.Page;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;

/** Prints a network's derivatives block by block, to show where an instability of dF/dt would start. */
public final class JvpJob implements Job {
    private static final String SECTION = "lab.jvp";

    private record Facts(List<Reading> readings) {}

    @Override
    public String name() {
        return "lab jvp";
    }

    @Override
    public String summary() {
        return "compare derivatives of a checkpoint's network with central differences, by block and time";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of(SECTION, JvpConfig.class);
    }

    @Override
    public Map<String, String> options() {
        return Map.of("--checkpoint", SECTION + ".checkpoint");
    }

    /** Replaces an earlier result in the run. */
    @Override
    public void run(JobContext context) {
        var settings = context.settings().section(SECTION, JvpConfig.class);
        if (settings.checkpoint() == null) {
            throw new UserError("cannot examine a network: expected --checkpoint DIR, got none");
        }
        var dir = new Path(settings.checkpoint());
        var model = StoredModel.at(context.hadoop(), dir, settings.average());
        var input = new StageInput("checkpoint", StageInput.withoutCredentials(dir), model.identity(context.hadoop()));
        new Stage("lab/jvp", List.of(SECTION), List.of(input))
                .make(context.with(List.of("run.overwrite=true")), name(), output -> {
                    var readings = readings(context, settings, model);
                    LabPage.table(output, text(readings));
                    LabPage.page(output, page(dir, readings));
                    return new Facts(readings);
                });
    }

    private static List<Reading> readings(JobContext context, JvpConfig settings, StoredModel model) {
        try (var field = model.frozen("field", context.hadoop());
                var doctor = new TangentDoctor(model.spec(), field.arrays(), settings.samples(), settings.guidance())) {
            return doctor.readings(
                    settings.times(),
                    settings.steps(),
                    new CounterRandom(context.run().seed()));
        }
    }

    private static String text(List<Reading> readings) {
        return "\n" + new TextTable(rows("RMS of the derivative", readings, "%.3g", Reading::norm)) + "\n"
                + new TextTable(rows("error of float32", readings, "%.1e", Reading::error)) + "\n"
                + new TextTable(rows("error of float64", readings, "%.1e", Reading::exact)) + "\n"
                + String.join("\n", diagnosis(readings)) + "\n";
    }

    private static String page(Path dir, List<Reading> readings) {
        return new Page("Derivatives along the trajectory", StageInput.withoutCredentials(dir))
                .section("In short", String.join(" ", diagnosis(readings)), "")
                .section(
                        "RMS of each block's derivative along (F, 1, 0)",
                        "A flow map is differentiated at s = 0.",
                        "<div class=\"charts\">" + chart(readings) + "</div>"
                                + Html.table("By block and time t.", rows("block", readings, "%.3g", Reading::norm), 1))
                .section(
                        "Relative error against float64 central differences",
                        "float32 is the arithmetic of training; float64 shows that the rules are right.",
                        Html.table(
                                        "float32, by block and time t; lower is better.",
                                        rows("block", readings, "%.1e", Reading::error),
                                        1)
                                + Html.table(
                                        "float64, by block and time t; lower is better.",
                                        rows("block", readings, "%.1e", Reading::exact),
                                        1))
                .html();
    }

    /** Reports where the derivative is largest, where it grows most from one block to the next, and the largest errors. */
    private static List<String> diagnosis(List<Reading> readings) {
        var largest = max(readings, Reading::norm);
        var error = max(readings, Reading::error);
        int jump = IntStream.range(1, readings.size())
                .filter(i -> readings.get(i).t() == readings.get(i - 1).t())
                .filter(i -> readings.get(i - 1).norm() > 0)
                .boxed()
                .max(Comparator.comparingDouble(
                        i -> readings.get(i).norm() / readings.get(i - 1).norm()))
                .orElse(0);
        var after = readings.get(jump);
        var before = readings.get(Math.max(0, jump - 1));
        return List.of(
                format("Largest derivative: %s at t = %s, RMS %.3g.", largest.block(), largest.t(), largest.norm()),
                format(
                        "Largest growth: %.2f times from %s to %s at t = %s.",
                        after.norm() / before.norm(), before.block(), after.block(), after.t()),
                format("Largest error of float32: %.1e in %s at t = %s.", error.error(), error.block(), error.t()),
                format(
                        "Largest error of float64: %.1e, including the error of the differences themselves.",
                        max(readings, Reading::exact).exact()));
    }

    private static Reading max(List<Reading> readings, ToDoubleFunction<Reading> value) {
        return readings.stream().max(Comparator.comparingDouble(value)).orElseThrow();
    }

    private static List<List<String>> rows(
            String title, List<Reading> readings, String pattern, ToDoubleFunction<Reading> value) {
        var rows = new ArrayList<List<String>>();
        var head = new ArrayList<>(List.of(title));
        times(readings).forEach(t -> head.add("t=" + t));
        rows.add(head);
        for (var block : blocks(readings)) {
            var row = new ArrayList<>(List.of(block));
            readings.stream()
                    .filter(reading -> reading.block().equals(block))
                    .forEach(reading -> row.add(format(pattern, value.applyAsDouble(reading))));
            rows.add(row);
        }
        return rows;
    }

    private static String chart(List<Reading> readings) {
        var order = blocks(readings);
        var x = IntStream.range(0, order.size()).asDoubleStream().toArray();
        var series = new ArrayList<Series>();
        for (double t : times(readings)) {
            var y = readings.stream()
                    .filter(reading -> reading.t() == t)
                    .mapToDouble(Reading::norm)
                    .toArray();
            series.add(new Series("t = " + t, x, y, "line" + series.size() % 10, true));
        }
        var all = readings.stream().mapToDouble(Reading::norm).toArray();
        return new LineChart(
                        "Derivative by block, in the order of the table",
                        Axis.linear("block", x),
                        Axis.logarithmic("RMS", all),
                        series)
                .html();
    }

    private static List<String> blocks(List<Reading> readings) {
        return readings.stream().map(Reading::block).distinct().toList();
    }

    private static List<Double> times(List<Reading> readings) {
        return readings.stream().map(Reading::t).distinct().toList();
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
