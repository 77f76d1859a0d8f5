package io.flowmap.page;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A line chart as inline SVG with its title and legend as HTML.
 *
 * @param title text above the chart
 * @param x horizontal axis
 * @param y vertical axis
 * @param series lines, drawn in order
 */
public record LineChart(String title, Axis x, Axis y, List<Series> series) {
    private static final int WIDTH = 430;
    private static final int HEIGHT = 270;
    private static final int LEFT = 52;
    private static final int RIGHT = 14;
    private static final int TOP = 12;
    private static final int BOTTOM = 46;
    private static final int LEGEND_ROW = 18;

    /** Length of a name that fits into half a row of the legend. */
    private static final int HALF_ROW = 20;

    /**
     * One line. Values that are not finite, or not positive on a logarithmic axis, break it.
     *
     * @param low lower ends of the error bars; equal to the values for no bars
     * @param high upper ends of the error bars
     * @param style CSS classes of the line, for example "student" or "teacher pale"
     */
    public record Series(
            String name, double[] x, double[] y, double[] low, double[] high, String style, boolean markers) {
        /** A line without bars. */
        public Series(String name, double[] x, double[] y, String style, boolean markers) {
            this(name, x, y, y, y, style, markers);
        }
    }

    /** The figure with its legend. */
    public String html() {
        return figure(legend(series));
    }

    /** The figure without a legend, for charts that share one. */
    public String withoutLegend() {
        return figure("");
    }

    /** The chart with title and legend as a standalone SVG file. */
    public String svg() {
        var named = series.stream().filter(line -> !line.name.isEmpty()).toList();
        int columns = named.stream().allMatch(line -> line.name.length() <= HALF_ROW) ? 2 : 1;
        int height = HEIGHT + LEGEND_ROW * ((named.size() + columns - 1) / columns) + LEGEND_ROW;
        var svg = new StringBuilder(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot file\" viewBox=\"0 %d %d %d\" width=\"%d\"><style>",
                -LEGEND_ROW, WIDTH, height, 2 * WIDTH));
        svg.append(Page.style()).append("</style>");
        svg.append(format("<rect y=\"%d\" width=\"%d\" height=\"%d\" class=\"paper\"/>", -LEGEND_ROW, WIDTH, height));
        svg.append("<text x=\"6\" y=\"0\" class=\"title\">")
                .append(Html.text(title))
                .append("</text>");
        axes(svg);
        series.forEach(line -> draw(svg, line));
        for (int i = 0; i < named.size(); i++) {
            int x = LEFT + i % columns * (WIDTH - LEFT) / 2;
            int y = HEIGHT + i / columns * LEGEND_ROW + LEGEND_ROW / 2;
            svg.append(format("<g class=\"%s\"><path d=\"M%d %dh22\"/></g>", Html.text(named.get(i).style), x, y - 4));
            svg.append(format("<text x=\"%d\" y=\"%d\">%s</text>", x + 27, y, Html.text(named.get(i).name)));
        }
        return svg.append("</svg>\n").toString();
    }

    /** Legend for the lines of one or more charts; empty for a single line without a name. */
    public static String legend(List<Series> series) {
        var html = new StringBuilder("<div class=\"legend\">");
        for (var line : series) {
            if (!line.name.isEmpty()) {
                html.append("<span class=\"")
                        .append(Html.text(line.style))
                        .append("\"><svg viewBox=\"0 0 26 10\" aria-hidden=\"true\">");
                html.append("<path d=\"M1 5H25\"/></svg>")
                        .append(Html.text(line.name))
                        .append("</span>");
            }
        }
        return html.append("</div>").toString();
    }

    private String figure(String legend) {
        var html = new StringBuilder("<figure class=\"chart\"><figcaption>").append(Html.text(title));
        html.append("</figcaption>").append(legend);
        html.append(format("<svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\"", WIDTH, HEIGHT));
        html.append(" aria-label=\"").append(Html.text(spoken())).append("\">");
        axes(html);
        series.forEach(line -> draw(html, line));
        return html.append("</svg></figure>").toString();
    }

    /** Description of the chart for screen readers: title, and start and end of each line. */
    private String spoken() {
        var words = new StringBuilder(title + ".");
        for (var line : series) {
            int[] drawn = IntStream.range(0, line.x.length)
                    .filter(i -> shown(x, line.x[i]) && shown(y, line.y[i]))
                    .toArray();
            if (drawn.length > 0) {
                int last = drawn[drawn.length - 1];
                words.append(line.name.isEmpty() ? " " : " " + line.name + ": ")
                        .append(Axis.format(line.y[drawn[0]]))
                        .append(" at ")
                        .append(Axis.format(line.x[drawn[0]]));
                words.append(
                        drawn.length > 1
                                ? " to " + Axis.format(line.y[last]) + " at " + Axis.format(line.x[last])
                                : "");
                words.append(' ').append(x.label()).append('.');
            }
        }
        return words.toString();
    }

    private void axes(StringBuilder svg) {
        for (double tick : x.ticks()) {
            double at = across(tick);
            svg.append(format("<path class=\"grid\" d=\"M%.1f %dV%d\"/>", at, TOP, HEIGHT - BOTTOM));
            svg.append(format(
                    "<text x=\"%.1f\" y=\"%d\" class=\"middle\">%s</text>",
                    at, HEIGHT - BOTTOM + 17, Axis.format(tick)));
        }
        for (double tick : y.ticks()) {
            double at = up(tick);
            svg.append(format("<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, at, WIDTH - RIGHT));
            svg.append(
                    format("<text x=\"%d\" y=\"%.1f\" class=\"end\">%s</text>", LEFT - 7, at + 4, Axis.format(tick)));
        }
        svg.append(format("<path class=\"axis\" d=\"M%d %dV%dH%d\"/>", LEFT, TOP, HEIGHT - BOTTOM, WIDTH - RIGHT));
        svg.append(format(
                "<text x=\"%d\" y=\"%d\" class=\"middle label\">%s</text>",
                (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, Html.text(x.label())));
        svg.append(format(
                "<text transform=\"translate(13 %d) rotate(-90)\" class=\"middle label\">%s</text>",
                (TOP + HEIGHT - BOTTOM) / 2, Html.text(y.label())));
    }

    private void draw(StringBuilder svg, Series line) {
        var path = new StringBuilder();
        var marks = new StringBuilder();
        boolean pen = false;
        for (int i = 0; i < line.x.length; i++) {
            boolean drawn = shown(x, line.x[i]) && shown(y, line.y[i]);
            if (drawn) {
                path.append(format("%s%.1f %.1f", pen ? "L" : "M", across(line.x[i]), up(line.y[i])));
                marks.append(format(
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.2\"><title>%s: %s, %s</title></circle>",
                        across(line.x[i]),
                        up(line.y[i]),
                        Html.text(line.name),
                        Axis.format(line.x[i]),
                        Axis.format(line.y[i])));
                bar(path, line, i);
            }
            pen = drawn;
        }
        svg.append("<g class=\"")
                .append(Html.text(line.style))
                .append("\"><path d=\"")
                .append(path)
                .append("\"/>");
        svg.append(line.markers ? marks : "").append("</g>");
    }

    /** Draws an error bar and moves the pen back to the value. */
    private void bar(StringBuilder path, Series line, int i) {
        if (line.low[i] < line.high[i]) {
            double low = shown(y, line.low[i]) ? Math.max(y.low(), line.low[i]) : y.low();
            path.append(format("V%.1fV%.1fV%.1f", up(low), up(Math.min(y.high(), line.high[i])), up(line.y[i])));
        }
    }

    private double across(double value) {
        return LEFT + x.position(value) * (WIDTH - LEFT - RIGHT);
    }

    private double up(double value) {
        return HEIGHT - BOTTOM - y.position(value) * (HEIGHT - TOP - BOTTOM);
    }

    private static boolean shown(Axis axis, double value) {
        return Double.isFinite(value) && (!axis.logarithmic() || value > 0);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
