package io.flowmap.app.userstudy;

import io.flowmap.app.lab.LabPage;
import io.flowmap.app.study.TextTable;
import io.flowmap.app.userstudy.Simulation.Found;
import io.flowmap.eval.preference.Estimates;
import io.flowmap.page.Html;
import io.flowmap.page.Page;
import io.flowmap.stage.CountBar;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageOutput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;

/** Simulates user studies whose truth is known: how often intervals cover it, and how often a planted side bias is found. */
public final class SimulateJob implements Job {
    private static final String SECTION = "study.simulate";
    private static final int SLICES = 40;

    private record Facts(Map<String, Double> coverage, double falseAlarms, double foundBias) {}

    @Override
    public String name() {
        return "study simulate";
    }

    @Override
    public String summary() {
        return "simulate user studies: coverage of the intervals, and how often a planted side bias is found";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of(SECTION, SimulateConfig.class);
    }

    @Override
    public void run(JobContext context) {
        new Stage("study/simulate", List.of(SECTION), List.of())
                .make(context, name(), output -> simulate(context, output));
    }

    private static Facts simulate(JobContext context, StageOutput output) {
        var config = context.settings().section(SECTION, SimulateConfig.class);
        var simulation = new Simulation(config, context.run().seedOf("study simulate"));
        var estimates = simulation.truth();
        double[] truth = estimates.values();
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        List<Found> found;
        try (var bar = new CountBar(context, "study simulate", config.studies(), "studies")) {
            var counter = bar.counter();
            found = spark.parallelize(
                            IntStream.range(0, config.studies()).boxed().toList(), Math.min(SLICES, config.studies()))
                    .map(number -> {
                        var one = simulation.study(number, truth);
                        counter.add(1);
                        return one;
                    })
                    .collect();
        }
        var places = places(config, estimates);
        var coverage = new LinkedHashMap<String, Double>();
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("value", "truth", "intervals that cover it, %"));
        places.forEach((name, place) -> {
            double share = share(found, one -> one.covered()[place]);
            coverage.put(name, share);
            rows.add(List.of(name, format("%.4f", truth[place]), format("%.1f", 100 * share)));
        });
        double falseAlarms = share(found, Found::biased);
        double foundBias = share(found, Found::foundBias);
        var told = told(config, falseAlarms, foundBias);
        LabPage.table(output, new TextTable(rows) + "\n" + told + "\n");
        LabPage.page(
                output,
                new Page("Simulated user studies", "Coverage of the intervals, and the test of positions")
                        .command(context.command())
                        .section("Coverage", told, Html.table("Share of the studies, in %.", rows, 1))
                        .html());
        return new Facts(coverage, falseAlarms, foundBias);
    }

    /** Places of the values that say something, by name. */
    private static Map<String, Integer> places(SimulateConfig config, Estimates estimates) {
        int sets = config.strengths().size();
        var places = new LinkedHashMap<String, Integer>();
        for (int i = 0; i < sets; i++) {
            places.put("strength of set " + (i + 1), estimates.strength(i));
        }
        places.put("weight of ties", estimates.tieWeight());
        for (int i = 0; i < sets; i++) {
            places.put("share of set " + (i + 1), estimates.chosen(i));
        }
        places.put("share of ties", estimates.tied());
        for (int i = 0; i < sets; i++) {
            for (int j = i + 1; j < sets; j++) {
                places.put("set " + (i + 1) + " over set " + (j + 1), estimates.over(i, j));
            }
        }
        return places;
    }

    private static String told(SimulateConfig config, double falseAlarms, double foundBias) {
        return String.format(
                Locale.ROOT,
                "%,d studies of %d participants with %d questions (%s), %d resamples, confidence %.0f %%. A bias of positions (chance below"
                        + " 5 %%) was found in %.1f %% of the studies without one, and in %.1f %% of those whose participants chose the"
                        + " first position in %.1f %% of the questions whatever it showed.",
                config.studies(),
                config.participants(),
                config.questions(),
                config.compare() == MakeConfig.Comparison.PAIRS ? "pairs" : "best of three",
                config.resamples(),
                100 * config.confidence(),
                100 * falseAlarms,
                100 * foundBias,
                100 * config.sideBias());
    }

    private static double share(List<Found> found, Predicate<Found> is) {
        return (double) found.stream().filter(is).count() / found.size();
    }

    private static String format(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }
}
