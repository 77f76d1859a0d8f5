package io.flowmap.eval.report;

import io.flowmap.page.Axis;
import io.flowmap.page.Html;
import io.flowmap.page.LineChart;
import io.flowmap.page.LineChart.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Curves of one training, from its table of rounds; missing columns are left out. */
final class TrainingSection {
    private static final int POINTS = 300;
    private static final String STEP = "step";
    private static final String STYLE = "bin0";
    private static final List<String> INTERVALS = List.of("t − s < ¼", "¼ to ½", "½ to ¾", "¾ to 1");

    private final String name;
    private final List<String> columns;
    private final List<Row> rows;
    private final double start;

    TrainingSection(String name, Dataset<Row> table) {
        this.name = name;
        this.columns = Arrays.asList(table.columns());
        this.rows = table.orderBy(STEP).collectAsList();
        this.start = rows.isEmpty() ? 0 : start();
    }

    /** The step before the first round: 0, or the last step of the training that this one continues. */
    private double start() {
        double first = rows.get(0).<Number>getAs(STEP).doubleValue();
        double last = rows.get(rows.size() - 1).<Number>getAs(STEP).doubleValue();
        return Math.max(0, Math.rint(first - (last - first) / Math.max(1, rows.size() - 1)));
    }

    /** The charts with a heading; empty for a table without rows. */
    String html() {
        if (rows.isEmpty()) {
            return "";
        }
        return "<h3>" + Html.text(name) + "</h3><div class=\"charts\">"
                + residuals()
                + chart("Gradient norm", "gradient_norm", true)
                + chart("Loss ↓", "loss", false)
                + chart("Flow matching loss of fixed noise ↓", "validation_loss", false)
                + warmup()
                + adversarial()
                + chart("Learning rate", "learning_rate", false)
                + chart("Time of a round (ms) ↓", "round_millis", true)
                + chart("Share of a round outside computation ↓", "overhead", false)
                + chart("Relative divergence of the workers", "divergence", true)
                + "</div>";
    }

    /** ||g|| before normalisation, for all samples and by interval length. It shows what the normalised loss hides. */
    private String residuals() {
        var series = new ArrayList<Series>();
        add(series, "all", "g_median", STYLE);
        for (int bin = 1; bin <= INTERVALS.size(); bin++) {
            add(series, INTERVALS.get(bin - 1), "g_median_" + bin, "bin" + bin);
        }
        return chart("Median ‖g‖ by interval length ↓", series, true);
    }

    /** Empty for a training without tangent warmup, where r is 1 throughout. */
    private String warmup() {
        var series = new ArrayList<Series>();
        add(series, "", "tangent_warmup", STYLE);
        boolean none = Arrays.stream(values(series)).allMatch(r -> r == 1);
        return none ? "" : chart("Tangent warmup r", series, false);
    }

    /** Losses, logits and penalties of adversarial finetuning; empty for other trainings. */
    private String adversarial() {
        return pair("Losses", "discriminator", "discriminator_loss", "generator", "generator_loss")
                + chart("Gap of the logits, real over fake", "logit_gap", false)
                + chart("Standard deviation of the logits", "logit_spread", false)
                + pair("Gradient penalties", "R1, real", "penalty_real", "R2, fake", "penalty_fake")
                + chart("Adaptive weight", "adaptive_weight", true)
                + recall();
    }

    /** Recall, drawn with the axis at 0 too: a fall to 0 is the collapse that the watch looks for. */
    private String recall() {
        var series = new ArrayList<Series>();
        add(series, "", "recall", STYLE);
        return series.isEmpty() ? "" : drawn("Recall at one step", series, values(series), false);
    }

    private String pair(String title, String first, String firstColumn, String second, String secondColumn) {
        var series = new ArrayList<Series>();
        add(series, first, firstColumn, "bin1");
        add(series, second, secondColumn, "bin4");
        return chart(title, series, false);
    }

    private String chart(String title, String column, boolean logarithmic) {
        var series = new ArrayList<Series>();
        add(series, "", column, STYLE);
        return chart(title, series, logarithmic);
    }

    private String chart(String title, List<Series> series, boolean logarithmic) {
        double[] values = values(series);
        boolean nothing = Arrays.stream(values).allMatch(value -> value == 0);
        return nothing ? "" : drawn(title, series, values, logarithmic);
    }

    private static double[] values(List<Series> series) {
        return series.stream()
                .flatMapToDouble(line -> Arrays.stream(line.y()))
                .filter(Double::isFinite)
                .toArray();
    }

    private String drawn(String title, List<Series> series, double[] values, boolean logarithmic) {
        double last = series.stream()
                .flatMapToDouble(line -> Arrays.stream(line.x()))
                .max()
                .orElseThrow();
        boolean positive = Arrays.stream(values).anyMatch(value -> value > 0);
        var y = logarithmic && positive ? Axis.logarithmic("", values) : Axis.linear("", values);
        return new LineChart(title, Axis.linear("steps", start, Math.max(start + 1, last)), y, series).html();
    }

    /**
     * At most {@value #POINTS} points, each the mean of several rounds. Rounds without a value are left out. If there are such rounds,
     * as for values measured at checkpoints only, every point gets a marker.
     */
    private void add(List<Series> series, String label, String column, String style) {
        if (!columns.contains(column) || !columns.contains(STEP)) {
            return;
        }
        var measured = rows.stream().filter(row -> isFinite(row, column)).toList();
        if (measured.isEmpty()) {
            return;
        }
        int width = (measured.size() + POINTS - 1) / POINTS;
        int points = (measured.size() + width - 1) / width;
        var x = new double[points];
        var y = new double[points];
        for (int i = 0; i < points; i++) {
            var part = measured.subList(i * width, Math.min(measured.size(), (i + 1) * width));
            x[i] = mean(part, STEP);
            y[i] = mean(part, column);
        }
        series.add(new Series(label, x, y, style, measured.size() < rows.size()));
    }

    private static boolean isFinite(Row row, String column) {
        Number value = row.getAs(column);
        return value != null && Double.isFinite(value.doubleValue());
    }

    private static double mean(List<Row> rows, String column) {
        return rows.stream()
                .mapToDouble(row -> row.<Number>getAs(column).doubleValue())
                .average()
                .orElseThrow();
    }
}
