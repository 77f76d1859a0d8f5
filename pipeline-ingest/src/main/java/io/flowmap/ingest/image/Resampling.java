package io.flowmap.ingest.image;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Pillow's {@code Image.resize} for 8-bit channels, with identical pixels: a horizontal and then a vertical pass, each rounded to 8 bits,
 * with filter weights normalised in float64 and rounded to 22-bit fixed point. When shrinking, the filter is widened by the scale
 * (antialiasing).
 */
public enum Resampling {
    BOX(0.5, x -> x > -0.5 && x <= 0.5 ? 1 : 0),
    BICUBIC(2, Resampling::cubic),
    LANCZOS(3, x -> x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0);

    private static final int PRECISION_BITS = 22;
    /** Number of rows of a horizontal pass, or columns of a vertical pass, that are processed together and stay in the cache. */
    private static final int STRIP = 128;
    /** Number of inputs that are added to the sums at once. */
    private static final int GROUP = 4;

    private final double support;
    private final DoubleUnaryOperator filter;

    Resampling(double support, DoubleUnaryOperator filter) {
        this.support = support;
        this.filter = filter;
    }

    /**
     * Resizes an image to {@code height} x {@code width}. A pass that would change nothing is skipped, so an equal size returns the image
     * itself.
     */
    public PixelImage resize(PixelImage image, int height, int width) {
        if (image.width() == width && image.height() == height) {
            return image;
        }
        var across = taps(image.width(), width);
        var wide = image.width() == width ? image : horizontal(image, across);
        if (wide.height() == height) {
            return wide;
        }
        boolean square = image.width() == image.height() && width == height;
        return vertical(wide, square ? across : taps(image.height(), height));
    }

    private static PixelImage horizontal(PixelImage image, Taps taps) {
        int width = taps.first.length;
        int[] out = new int[image.height() * width];
        var lines = new Lines(image.channels(), image.width(), image.height());
        for (int top = 0; top < image.height(); top += STRIP) {
            int count = Math.min(STRIP, image.height() - top);
            lines.read(image.words(), top * image.width(), 1, image.width(), count);
            lines.write(taps, out, top * width, 1, width, count);
        }
        return new PixelImage(image.channels(), image.height(), width, out);
    }

    private static PixelImage vertical(PixelImage image, Taps taps) {
        int height = taps.first.length;
        int width = image.width();
        int[] out = new int[height * width];
        var lines = new Lines(image.channels(), image.height(), image.width());
        for (int left = 0; left < width; left += STRIP) {
            int count = Math.min(STRIP, width - left);
            lines.read(image.words(), left, width, 1, count);
            lines.write(taps, out, left, width, 1, count);
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

    /** Converts weights to fixed point. Zeros are appended up to a multiple of {@link #GROUP}. */
    private static int[] fixedPoint(double[] weights) {
        int[] fixed = new int[(weights.length + GROUP - 1) / GROUP * GROUP];
        for (int i = 0; i < weights.length; i++) {
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

    /** First input and weights of each output. */
    private record Taps(int[] first, int[][] weights) {}

    /**
     * The channels of a strip of an image, as lines perpendicular to the direction of a pass: columns for a horizontal pass, rows for a
     * vertical one. Each line is an array of its own, so that the compiler sees that lines and sums do not overlap, and vectorises.
     */
    private static final class Lines {
        private static final int HALF_UNIT = 1 << (PRECISION_BITS - 1);

        private final int length;
        private final int[][][] lines;
        private final int[] words;
        private final int[] sums;

        /**
         * Allocates {@code length} lines for each channel of an image that is {@code across} pixels wide, plus lines for the appended zero
         * weights. A line holds one strip.
         */
        Lines(int channels, int length, int across) {
            int strip = Math.min(STRIP, across);
            this.length = length;
            this.lines = new int[channels][length + GROUP - 1][strip];
            this.words = new int[strip];
            this.sums = new int[strip];
        }

        /** Reads {@code count} words into each line, {@code stride} apart; lines are {@code step} apart. */
        void read(int[] in, int from, int step, int stride, int count) {
            for (int i = 0; i < length; i++) {
                copy(in, from + i * step, stride, words, 0, 1, count);
                for (int channel = 0; channel < lines.length; channel++) {
                    unpack(words, PixelImage.shift(channel), lines[channel][i]);
                }
            }
        }

        /** Writes the weighted sums, with the layout of {@link #read}. */
        void write(Taps taps, int[] out, int to, int step, int stride, int count) {
            for (int i = 0; i < taps.first.length; i++) {
                Arrays.fill(words, 0);
                for (int channel = 0; channel < lines.length; channel++) {
                    weigh(lines[channel], taps.first[i], taps.weights[i]);
                    pack(sums, PixelImage.shift(channel), words);
                }
                copy(words, 0, 1, out, to + i * step, stride, count);
            }
        }

        private void weigh(int[][] pixels, int first, int[] weights) {
            Arrays.fill(sums, HALF_UNIT);
            for (int tap = 0; tap < weights.length; tap += GROUP) {
                int at = first + tap;
                add(
                        sums,
                        pixels[at],
                        weights[tap],
                        pixels[at + 1],
                        weights[tap + 1],
                        pixels[at + 2],
                        weights[tap + 2],
                        pixels[at + 3],
                        weights[tap + 3]);
            }
        }

        private static void add(int[] sums, int[] p, int a, int[] q, int b, int[] r, int c, int[] s, int d) {
            for (int k = 0; k < sums.length; k++) {
                sums[k] += p[k] * a + q[k] * b + r[k] * c + s[k] * d;
            }
        }

        private static void unpack(int[] words, int shift, int[] line) {
            for (int k = 0; k < line.length; k++) {
                line[k] = words[k] >>> shift & 0xff;
            }
        }

        /** Clips to 0..255 by sign arithmetic, which vectorises; {@code Math.min} does not. */
        private static void pack(int[] sums, int shift, int[] words) {
            for (int k = 0; k < words.length; k++) {
                int value = sums[k] >> PRECISION_BITS;
                int positive = value & ~(value >> 31);
                words[k] |= ((positive | (0xff - positive) >> 31) & 0xff) << shift;
            }
        }

        private static void copy(int[] in, int from, int stride, int[] out, int to, int step, int count) {
            for (int k = 0; k < count; k++) {
                out[to + k * step] = in[from + k * stride];
            }
        }
    }
}
