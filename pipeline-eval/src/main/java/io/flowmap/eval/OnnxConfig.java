package io.flowmap.eval;

import java.util.List;

/**
 * The section {@code evaluate.onnx}: preparation of images for an ONNX file.
 *
 * @param side width and height of the network's images in pixels, 0 if the file fixes them
 * @param mean mean of each colour in 0..1, subtracted from the pixels
 * @param deviation standard deviation of each colour, by which the pixels are divided
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
