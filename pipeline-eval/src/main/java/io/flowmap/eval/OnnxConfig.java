package io.flowmap.eval;

import java.util.List;

/**
 * The section {@code evaluate.onnx}: what an ONNX file is given.
 *
 * @param side of the square images in pixels, 0 where the file fixes it
 * @param mean of each colour, in 0..1, that is subtracted
 * @param deviation of each colour that is divided by
 */
record OnnxConfig(int side, List<Double> mean, List<Double> deviation) {
    OnnxConfig {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (side < 0) {
            throw new IllegalArgumentException("expected a side of 0 or more pixels, got " + side);
        }
        if (mean.size() != 3 || deviation.size() != 3 || !deviation.stream().allMatch(d -> d > 0)) {
            throw new IllegalArgumentException(
                    "expected three means and three deviations above 0, got " + mean + " and " + deviation);
        }
    }
}
