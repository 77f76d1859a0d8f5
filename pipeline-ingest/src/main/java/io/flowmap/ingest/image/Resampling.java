package io.flowmap.ingest.image;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Pillow's {@code Image.resize} for 8-bit channels, equal to it in every pixel: a horizontal and then a vertical pass,
 * each rounded to 8 bits, with filter weights normalised in float64 and rounded to 22-bit fixed point. The filter
 * widens with the scale when shrinking (antialiasing).
 */
public enum Resampling {
    BOX(0.5, x -> x > -0.5 && x <= 0.5 ? 1 : 0),
    BICUBIC(2, Resampling::cubic),
    LANCZOS(3, x -> x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0);

    private static final int PRECISION_BITS = 22;
    /** Rows of a horizontal pass at once: their columns stay in the cache, and the sums over them are vectorised. */
    private static final int STRIP = 64;

    private final double support;
    private final DoubleUnaryOperator filter;

    Resampling(double support, DoubleUnaryOperator filter) {
        this.support = support;
        this.filter = filter;
    }

    /**
     * The image at {@code height} x {@code width}; a pass that changes nothing is left out, so that an equal size gives
     * the image itself.
     */
    public PixelImage resize(PixelImage image, int height, int width) {
        var wide = image.width() == width ? image : horizontal(image, width);
        return wide.height() == height ? wide : vertical(wide, height);
    }

    /** A strip of rows at a time, whose columns then lie side by side in the cache. */
    private PixelImage horizontal(PixelImage image, int width) {
        var taps = taps(image.width(), width);
        int rows = image.channels() * image.height();
        byte[] out = new byte[rows * width];
        var lines = new Lines(image.width(), STRIP);
        for (int top = 0; top < rows; top += STRIP) {
            int count = Math.min(STRIP, rows - top);
            for (int row = 0; row < count; row++) {
                int from = (top + row) * image.width();
                for (int x = 0; x < image.width(); x++) {
                    lines.put(x, row, image.pixels()[from + x]);
                }
            }
            for (int x = 0; x < width; x++) {
                lines.weigh(taps.first[x], taps.weights[x]);
                for (int row = 0; row < count; row++) {
                    out[(top + row) * width + x] = lines.weighed(row);
                }
            }
        }
        return new PixelImage(image.channels(), image.height(), width, out);
    }

    private PixelImage vertical(PixelImage image, int height) {
        var taps = taps(image.height(), height);
        int width = image.width();
        byte[] out = new byte[image.channels() * height * width];
        var lines = new Lines(image.height(), width);
        for (int channel = 0; channel < image.channels(); channel++) {
            for (int y = 0; y < image.height(); y++) {
                int from = (channel * image.height() + y) * width;
                for (int x = 0; x < width; x++) {
                    lines.put(y, x, image.pixels()[from + x]);
                }
            }
            for (int y = 0; y < height; y++) {
                lines.weigh(taps.first[y], taps.weights[y]);
                int to = (channel * height + y) * width;
                for (int x = 0; x < width; x++) {
                    out[to + x] = lines.weighed(x);
                }
            }
        }
        return new PixelImage(image.channels(), height, width, out);
    }

    private Taps taps(int inputs, int outputs) {
        double scale = (double) inputs / outputs;
        double stretch = Math.max(scale, 1);
        double reach = support * stretch;
        int[] first = new int[outputs];
        int[][] weights = new int[outputs][];
        for (int i = 0; i < outputs; i++) {
            double center = (i + 0.5) * scale;
            first[i] = Math.max((int) (center - reach + 0.5), 0);
            int end = Math.min((int) (center + reach + 0.5), inputs);
            weights[i] = fixedPoint(weights(first[i], end - first[i], center, 1 / stretch));
        }
        return new Taps(first, weights);
    }

    private double[] weights(int first, int count, double center, double shrink) {
        double[] weights = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            weights[i] = filter.applyAsDouble((i + first - center + 0.5) * shrink);
            sum += weights[i];
        }
        for (int i = 0; i < count && sum != 0; i++) {
            weights[i] /= sum;
        }
        return weights;
    }

    private static int[] fixedPoint(double[] weights) {
        int[] fixed = new int[weights.length];
        for (int i = 0; i < fixed.length; i++) {
            fixed[i] = (int) (Math.copySign(0.5, weights[i]) + weights[i] * (1 << PRECISION_BITS));
        }
        return fixed;
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : StrictMath.sin(x * Math.PI) / (x * Math.PI);
    }

    /** Keys' cubic with a = -1/2. */
    private static double cubic(double signed) {
        double x = Math.abs(signed);
        if (x < 1) {
            return (1.5 * x - 2.5) * x * x + 1;
        }
        return x < 2 ? ((x - 5) * x + 8) * x * -0.5 + 2 : 0;
    }

    /** For each output the first input and the weights of the inputs from there. */
    private record Taps(int[] first, int[][] weights) {}

    /**
     * Parallel lines of pixels, weighed at once. Line k and line half + k share a long, low and high 32 bits, and with it a multiplication:
     * a negative low part borrows one of the high part, which is given back.
     */
    private static final class Lines {
        private static final long HALF_UNIT = 1L << (PRECISION_BITS - 1);

        private final int half;
        private final long[] pixels;
        private final long[] sums;

        Lines(int length, int count) {
            this.half = (count + 1) / 2;
            this.pixels = new long[length * half];
            this.sums = new long[half];
        }

        /** Lines below half come before the others. */
        void put(int at, int line, byte pixel) {
            if (line < half) {
                pixels[at * half + line] = pixel & 0xff;
            } else {
                pixels[at * half + line - half] |= (pixel & 0xffL) << 32;
            }
        }

        void weigh(int first, int[] weights) {
            Arrays.fill(sums, HALF_UNIT << 32 | HALF_UNIT);
            int tap = 0;
            for (; tap + 4 <= weights.length; tap += 4) {
                add(first + tap, weights[tap], weights[tap + 1], weights[tap + 2], weights[tap + 3]);
            }
            for (; tap < weights.length; tap++) {
                add((first + tap) * half, weights[tap]);
            }
        }

        private void add(int at, long a, long b, long c, long d) {
            int second = (at + 1) * half;
            int third = (at + 2) * half;
            int fourth = (at + 3) * half;
            int start = at * half;
            for (int k = 0; k < half; k++) {
                sums[k] +=
                        pixels[start + k] * a + pixels[second + k] * b + pixels[third + k] * c + pixels[fourth + k] * d;
            }
        }

        private void add(int start, long weight) {
            for (int k = 0; k < half; k++) {
                sums[k] += pixels[start + k] * weight;
            }
        }

        byte weighed(int line) {
            long sum = sums[line < half ? line : line - half];
            int value = line < half ? (int) sum : (int) ((sum - (int) sum) >> 32);
            return (byte) Math.min(Math.max(value >> PRECISION_BITS, 0), 255);
        }
    }
}
