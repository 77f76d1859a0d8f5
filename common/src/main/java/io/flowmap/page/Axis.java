package io.flowmap.page;

import java.math.BigDecimal;
import java.math.MathContext;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An axis: its range and its tick marks.
 *
 * @param label text next to the axis
 * @param logarithmic whether equal ratios have equal lengths
 * @param low smallest value shown
 * @param high largest value shown
 * @param ticks marked values, ascending
 */
public record Axis(String label, boolean logarithmic, double low, double high, List<Double> ticks) {
    private static final int TICKS = 6;
    private static final int MIN_TICKS = 3;
    /** Ratio of largest to smallest value from which powers of ten suffice as ticks. */
    private static final double WIDE = 200;

    private static final double[] STEPS = {1, 2, 5, 10};

    /** A linear axis that covers the values with some margin. */
    public static Axis linear(String label, double[] values) {
        double low = DoubleStream.of(values).filter(Double::isFinite).min().orElse(0);
        double high = DoubleStream.of(values).filter(Double::isFinite).max().orElse(1);
        double room = high - low > 1e-6 * Math.abs(high) ? (high - low) * 0.04 : Math.max(Math.abs(high) * 0.1, 1e-9);
        return linear(label, low >= 0 ? Math.max(0, low - room) : low - room, high + room);
    }

    /** A linear axis over a given range. */
    public static Axis linear(String label, double low, double high) {
        double raw = (high - low) / TICKS;
        double decade = Math.pow(10, Math.floor(Math.log10(raw)));
        double step = DoubleStream.of(STEPS)
                .map(s -> s * decade)
                .filter(s -> s >= raw * 0.999)
                .findFirst()
                .orElse(raw);
        var ticks = new ArrayList<Double>();
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return new Axis(label, false, low, high, ticks);
    }

    /**
     * A logarithmic axis over the positive values. Ticks are at powers of ten for a wide range, else at 1, 2 and 5 times these, or at
     * evenly spaced values for a short range.
     */
    public static Axis logarithmic(String label, double[] values) {
        double low = positive(values).min().orElse(1) / 1.15;
        double high = positive(values).max().orElse(10) * 1.15;
        var ticks = Stream.of(
                        high / low > WIDE ? decades(low, high, 1) : List.<Double>of(), decades(low, high, 1, 2, 5))
                .filter(marks -> marks.size() >= MIN_TICKS)
                .findFirst()
                .orElseGet(() -> linear(label, low, high).ticks());
        return new Axis(label, true, low, high, ticks);
    }

    /** Powers of ten times each of the factors. */
    private static List<Double> decades(double low, double high, double... factors) {
        return IntStream.rangeClosed((int) Math.floor(Math.log10(low)), (int) Math.ceil(Math.log10(high)))
                .boxed()
                .flatMap(power -> DoubleStream.of(factors)
                        .map(factor -> factor * Math.pow(10, power))
                        .boxed())
                .filter(tick -> tick >= low && tick <= high)
                .toList();
    }

    /** A logarithmic axis with ticks at the values themselves, for a few step counts that double. */
    public static Axis doubling(String label, double[] values) {
        double low = positive(values).min().orElse(1);
        double high = positive(values).max().orElse(2);
        return new Axis(
                label,
                true,
                low / 1.12,
                high * 1.12,
                positive(values).distinct().sorted().boxed().toList());
    }

    /** Position of a value between the ends, 0 to 1. */
    public double position(double value) {
        return logarithmic
                ? Math.log(Math.max(value, low / 10) / low) / Math.log(high / low)
                : (value - low) / (high - low);
    }

    /** Formats a value with 4 digits from 1000 on, else 3. Below 0.001 and from 100,000 on it uses an exponent, as in 5e-5. */
    public static String format(double value) {
        if (value == 0 || !Double.isFinite(value)) {
            return value == 0 ? "0" : "–";
        }
        double size = Math.abs(value);
        if (size >= 1e5 || size < 1e-3) {
            return new DecimalFormat("0.##E0", DecimalFormatSymbols.getInstance(Locale.ROOT))
                    .format(value)
                    .replace('E', 'e');
        }
        return new BigDecimal(value)
                .round(new MathContext(size >= 1000 ? 4 : 3))
                .stripTrailingZeros()
                .toPlainString();
    }

    private static DoubleStream positive(double[] values) {
        return DoubleStream.of(values).filter(value -> Double.isFinite(value) && value > 0);
    }
}
