package io.flowmap.app.lab;

import io.flowmap.app.study.TextTable;
import io.flowmap.app.study.Theorem31;
import io.flowmap.app.study.Theorem31.Curve;
import io.flowmap.page.Axis;
import io.flowmap.page.Html;
import io.flowmap.page.LineChart;
import io.flowmap.page.LineChart.Series;
import io.flowmap.page.Page;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageOutput;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** W2 against steps for imperfect consistency models and flow maps of Gaussian data (AYF Thm 3.1). */
public final class Theorem31Job implements Job {
    private static final String SECTION = "lab.theorem31";
    private static final String NOTE =
            "Data N(0, c²), models with error eps; variance by recursion. Below each: W2 of drawn"
                    + " samples. A consistency model gets worse from some number of steps on; the flow map does not.";

    /** @param bestSteps number of steps with the least W2, by model */
    private record Facts(Map<String, Integer> bestSteps) {}

    @Override
    public String name() {
        return "lab theorem31";
    }

    @Override
    public String summary() {
        return "sample imperfect models of Gaussian data in several steps: W2 against steps (AYF Thm 3.1)";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of(SECTION, Theorem31.class);
    }

    @Override
    public void run(JobContext context) {
        new Stage("lab/theorem31", List.of(SECTION), List.of()).make(context, name(), output -> study(context, output));
    }

    private static Facts study(JobContext context, StageOutput output) {
        var study = context.settings().section(SECTION, Theorem31.class);
        var curves = study.curves(new CounterRandom(context.run().seed()));
        var rows = rows(study, curves);
        var chart = chart(study, curves);
        LabPage.table(output, new TextTable(rows) + "\n" + summary(study, curves) + "\n");
        LabPage.plot(output, "theorem31", chart);
        LabPage.page(output, page(study, curves, rows, chart));
        var best = new TreeMap<String, Integer>();
        curves.forEach(curve -> best.put(curve.model().name(), curve.best()));
        return new Facts(best);
    }

    private static List<List<String>> rows(Theorem31 study, List<Curve> curves) {
        int[] counts = study.doublings();
        var rows = new ArrayList<List<String>>();
        var head = new ArrayList<>(List.of("W2, c = " + study.deviation() + ", eps = " + study.error()));
        Arrays.stream(counts).forEach(n -> head.add(n + (n == 1 ? " step" : " steps")));
        head.add("best");
        rows.add(head);
        for (var curve : curves) {
            var exact = new ArrayList<>(List.of(curve.model().name()));
            Arrays.stream(counts).forEach(n -> exact.add(format("%.5f", curve.distances()[n - 1])));
            exact.add(Integer.toString(curve.best()));
            rows.add(exact);
            var drawn = new ArrayList<>(List.of("  sampled"));
            DoubleStream.of(curve.drawn()).forEach(value -> drawn.add(format("%.5f", value)));
            drawn.add("");
            rows.add(drawn);
        }
        return rows;
    }

    private static String summary(Theorem31 study, List<Curve> curves) {
        double largest = curves.stream()
                .flatMapToDouble(curve -> DoubleStream.of(curve.deviations()))
                .map(Math::abs)
                .max()
                .orElseThrow();
        return format(
                "Variance of %,d samples against the recursion: at most %.2f standard errors apart.",
                study.samples(), largest);
    }

    private static String page(Theorem31 study, List<Curve> curves, List<List<String>> rows, LineChart chart) {
        return new Page("Why consistency models degrade with more steps", "AYF Theorem 3.1 in numbers")
                .section("W2 to the data against steps", NOTE, "<div class=\"charts\">" + chart.html() + "</div>")
                .section(
                        "Table",
                        summary(study, curves),
                        Html.table("W2 to the data by number of steps; lower is better.", rows, 1))
                .html();
    }

    private static LineChart chart(Theorem31 study, List<Curve> curves) {
        var steps = IntStream.rangeClosed(1, study.mostSteps()).asDoubleStream().toArray();
        var series = new ArrayList<Series>();
        for (var curve : curves) {
            series.add(new Series(curve.model().name(), steps, curve.distances(), "line" + series.size(), false));
        }
        var values = curves.stream()
                .flatMapToDouble(curve -> DoubleStream.of(curve.distances()))
                .toArray();
        var doublings = IntStream.of(study.doublings()).asDoubleStream().toArray();
        return new LineChart(
                "W2 to N(0, c²), c = " + Axis.format(study.deviation()) + ", eps = " + Axis.format(study.error()),
                Axis.doubling("steps", doublings),
                Axis.logarithmic("W2", values),
                series);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
