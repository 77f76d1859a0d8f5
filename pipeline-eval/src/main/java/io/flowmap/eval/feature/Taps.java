package io.flowmap.eval.feature;

import java.util.Arrays;

/**
 * A linear map along one axis: output i is the sum over j of weights[i][j] times input first[i] + j.
 *
 * @param first index of the first input of each output
 * @param weights weights of the inputs from there on
 */
record Taps(int[] first, double[][] weights) {
    private static final double BICUBIC_REACH = 2;
    private static final double A = -0.5;

    /** Linear interpolation at max(0, (i + offset) in/out - offset). */
    static Taps linear(int in, int out, double offset) {
        var taps = new Taps(new int[out], new double[out][]);
        double scale = (double) in / out;
        for (int i = 0; i < out; i++) {
            double at = Math.max(0, (i + offset) * scale - offset);
            int below = Math.min((int) at, in - 1);
            taps.first[i] = below;
            taps.weights[i] = below + 1 < in ? new double[] {1 - (at - below), at - below} : new double[] {1};
        }
        return taps;
    }

    /** PIL's resampling: the bicubic kernel, widened to the step if that is more than a pixel, with weights normalised to sum 1. */
    static Taps bicubic(int in, int out) {
        var taps = new Taps(new int[out], new double[out][]);
        double scale = (double) in / out;
        double stretch = Math.max(1, scale);
        double reach = BICUBIC_REACH * stretch;
        for (int i = 0; i < out; i++) {
            double centre = (i + 0.5) * scale;
            int from = Math.max(0, (int) (centre - reach + 0.5));
            int to = Math.min(in, (int) (centre + reach + 0.5));
            var weights = new double[to - from];
            for (int j = 0; j < weights.length; j++) {
                weights[j] = bicubic((from + j - centre + 0.5) / stretch);
            }
            double sum = Arrays.stream(weights).sum();
            taps.first[i] = from;
            taps.weights[i] = Arrays.stream(weights).map(weight -> weight / sum).toArray();
        }
        return taps;
    }

    /** Rows [rows, in] to [rows, out]. */
    float[] alongRows(float[] image, int in) {
        int rows = image.length / in;
        int out = first.length;
        var result = new float[rows * out];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < out; i++) {
                double sum = 0;
                for (int j = 0; j < weights[i].length; j++) {
                    sum += weights[i][j] * image[row * in + first[i] + j];
                }
                result[row * out + i] = (float) sum;
            }
        }
        return result;
    }

    /** Columns of an image [in, width] to [out, width]. */
    float[] alongColumns(float[] image, int width) {
        int out = first.length;
        var result = new float[out * width];
        var sums = new double[width];
        for (int i = 0; i < out; i++) {
            Arrays.fill(sums, 0);
            for (int j = 0; j < weights[i].length; j++) {
                int row = (first[i] + j) * width;
                for (int column = 0; column < width; column++) {
                    sums[column] += weights[i][j] * image[row + column];
                }
            }
            for (int column = 0; column < width; column++) {
                result[i * width + column] = (float) sums[column];
            }
        }
        return result;
    }

    private static double bicubic(double x) {
        double d = Math.abs(x);
        if (d < 1) {
            return ((A + 2) * d - (A + 3)) * d * d + 1;
        }
        return d < 2 ? (((d - 5) * d + 8) * d - 4) * A : 0;
    }
}
