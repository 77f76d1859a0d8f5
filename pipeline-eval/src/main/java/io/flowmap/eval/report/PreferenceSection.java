package io.flowmap.eval.report;

import io.flowmap.eval.preference.PreferenceResult;
import io.flowmap.eval.preference.PreferenceResult.Estimate;
import io.flowmap.page.Axis;
import io.flowmap.page.Html;
import io.flowmap.page.LineChart;
import io.flowmap.page.LineChart.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A user study's result as tables and a chart. */
public final class PreferenceSection {
    private static final String NONE = "–";
    /** Chance below which a difference between the positions is called a bias. */
    private static final double LIKELY = 0.05;

    private final PreferenceResult result;

    public PreferenceSection(PreferenceResult result) {
        this.result = result;
    }

    /** What was asked and of how many people, in a sentence or two. */
    public String explanation() {
        long excluded = result.people().size() - result.counted();
        return String.format(
                Locale.ROOT,
                "%,d answers of %d people (%d excluded) to the question which of %s images of the same prompt and noise is best, or none;"
                        + " %d prompts and seeds. Intervals: %.0f %%, by resampling people. Plan %.12s….",
                result.answers(),
                result.counted(),
                excluded,
                result.compared() == 2 ? "two" : "three",
                result.scenes(),
                100 * result.confidence(),
                result.plan());
    }

    /** Strengths, shares and pairs, as HTML. */
    public String html() {
        return "<div class=\"charts\">"
                + chart("Strength ↑ with its interval", result.strengths(), 1).html()
                + chart("Chosen, % ↑, with its interval", result.chosen(), 100).html() + "</div>"
                + Html.table(
                        "Strength: Bradley-Terry with Davidson's ties, natural logarithm of the odds, mean 0. Chosen: share of its questions. ↑ higher is better.",
                        strengths(),
                        1)
                + "<h3>One against the other</h3>"
                + Html.table(
                        "Share of the set in the row among the answers that chose it or the set in the column, where both were shown, in %.",
                        pairs(), 1)
                + "<h3>How far people agree</h3>"
                + Html.table("Positions: share of the answers that chose one.", agreement(), 1);
    }

    /** Every participant who answered, as HTML. */
    public String people() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of(
                "participant",
                "excluded",
                "answered, %",
                "checks passed, %",
                "same answer again, %",
                "median seconds",
                "one position, %"));
        for (var person : result.people()) {
            rows.add(List.of(
                    Integer.toString(person.number()),
                    person.excluded(),
                    percent(person.answered()),
                    percent(person.passed()),
                    percent(person.selfAgreement()),
                    number("%.1f", person.medianSeconds()),
                    percent(person.oneSide())));
        }
        return Html.table(
                "Everybody who answered. The limits stand in the plan, made before anybody answered.", rows, 2);
    }

    /** Sets with strengths and shares; the first row is the head. */
    public List<List<String>> strengths() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("set", "strength ↑", "interval", "chosen, % ↑", "interval"));
        for (int i = 0; i < result.sets().size(); i++) {
            var strength = result.strengths().get(i);
            var chosen = result.chosen().get(i);
            rows.add(List.of(
                    result.sets().get(i),
                    number("%.2f", strength.value()),
                    interval("%.2f", strength, 1),
                    percent(chosen.value()),
                    interval("%.1f", chosen, 100)));
        }
        rows.add(List.of(
                "none better (ν)",
                number("%.2f", result.tieWeight().value()),
                interval("%.2f", result.tieWeight(), 1),
                percent(result.tied().value()),
                interval("%.1f", result.tied(), 100)));
        return rows;
    }

    /** Every set against every other; the first row is the head. */
    public List<List<String>> pairs() {
        var rows = new ArrayList<List<String>>();
        rows.add(Stream.concat(Stream.of("chosen over"), result.sets().stream()).toList());
        for (int i = 0; i < result.sets().size(); i++) {
            var row = new ArrayList<>(List.of(result.sets().get(i)));
            for (int j = 0; j < result.sets().size(); j++) {
                var share = result.over().get(i).get(j);
                row.add(i == j ? "" : percent(share.value()) + " (" + interval("%.1f", share, 100) + ")");
            }
            rows.add(row);
        }
        return rows;
    }

    /** Agreement and the share of each position; the first row is the head. */
    public List<List<String>> agreement() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("", "value", "interval"));
        rows.add(List.of(
                "same answer to a repeated question, %",
                percent(result.selfAgreement().value()), interval("%.1f", result.selfAgreement(), 100)));
        rows.add(List.of(
                "Krippendorff's α between people, of " + result.shared() + " questions that two or more answered",
                number("%.3f", result.alpha()),
                ""));
        for (int side = 0; side < result.sides().size(); side++) {
            var share = result.sides().get(side);
            rows.add(List.of(
                    "position " + (side + 1) + ", % (fair: " + percent(1.0 / result.compared()) + ")",
                    percent(share.value()),
                    interval("%.1f", share, 100)));
        }
        rows.add(List.of(
                Double.isNaN(result.sideChance())
                        ? "too few people to test the positions for a bias"
                        : result.sideChance() < LIKELY
                                ? "positions: a bias, whose chance without one is"
                                : "positions: no bias found; chance of such a difference without one",
                number("%.2g", result.sideChance()),
                ""));
        return rows;
    }

    /** A point with its interval for each set. */
    private LineChart chart(String title, List<Estimate> estimates, double scale) {
        var ends = estimates.stream()
                .flatMapToDouble(estimate -> DoubleStream.of(scale * estimate.low(), scale * estimate.high()))
                .toArray();
        int sets = result.sets().size();
        var ticks = IntStream.rangeClosed(1, sets).mapToObj(Double::valueOf).toList();
        var series = IntStream.range(0, sets)
                .mapToObj(i -> new Series(
                        result.sets().get(i),
                        new double[] {i + 1},
                        new double[] {scale * estimates.get(i).value()},
                        new double[] {scale * estimates.get(i).low()},
                        new double[] {scale * estimates.get(i).high()},
                        "line" + i % 10,
                        true))
                .toList();
        return new LineChart(title, new Axis("set", false, 0.5, sets + 0.5, ticks), Axis.linear("", ends), series);
    }

    private static String percent(double share) {
        return number("%.1f", 100 * share);
    }

    private static String interval(String pattern, Estimate estimate, double scale) {
        return Double.isNaN(estimate.low())
                ? NONE
                : number(pattern, scale * estimate.low()) + " to " + number(pattern, scale * estimate.high());
    }

    private static String number(String pattern, double value) {
        return Double.isNaN(value) ? NONE : String.format(Locale.ROOT, pattern, value);
    }
}
