package io.flowmap.ingest.image;

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

    private PixelImage horizontal(PixelImage image, int width) {
        var taps = taps(image.width(), width);
        int rows = image.channels() * image.height();
        byte[] in = image.pixels();
        byte[] out = new byte[rows * width];
        for (int row = 0; row < rows; row++) {
            for (int x = 0; x < width; x++) {
                out[row * width + x] = taps.weigh(x, in, row * image.width(), 1);
            }
        }
        return new PixelImage(image.channels(), image.height(), width, out);
    }

    private PixelImage vertical(PixelImage image, int height) {
        var taps = taps(image.height(), height);
        int width = image.width();
        byte[] in = image.pixels();
        byte[] out = new byte[image.channels() * height * width];
        for (int line = 0; line < image.channels() * height; line++) {
            int plane = line / height * image.height() * width;
            for (int x = 0; x < width; x++) {
                out[line * width + x] = taps.weigh(line % height, in, plane + x, width);
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
    private record Taps(int[] first, int[][] weights) {
        byte weigh(int output, byte[] in, int offset, int stride) {
            int[] weight = weights[output];
            int sum = 1 << (PRECISION_BITS - 1);
            int at = offset + first[output] * stride;
            for (int tap = 0; tap < weight.length; tap++, at += stride) {
                sum += (in[at] & 0xff) * weight[tap];
            }
            return (byte) Math.min(Math.max(sum >> PRECISION_BITS, 0), 255);
        }
    }
}
