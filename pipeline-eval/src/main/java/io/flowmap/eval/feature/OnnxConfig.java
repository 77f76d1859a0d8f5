package io.flowmap.eval.feature;

import io.flowmap.config.UserError;
import java.util.List;

/**
 * The images that an ONNX file gets: one array [N,3,H,W] in float32 with H = W.
 *
 * @param side width and height of the network's images in pixels, 0 if the file fixes them
 * @param mean mean of each colour in 0..1, subtracted from the pixels
 * @param deviation standard deviation of each colour, by which the pixels are divided
 */
public record OnnxConfig(int side, List<Double> mean, List<Double> deviation) {
    private static final int COLOURS = 3;

    public OnnxConfig {
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

    /** Whether an input of this shape, with values below 1 where the file fixes none, takes such images. */
    public static boolean takesImages(long[] shape) {
        return shape.length == 4 && (shape[1] < 1 || shape[1] == COLOURS) && shape[2] == shape[3];
    }

    /**
     * Width and height of the images of a file. Throws {@link UserError} where this and the file say neither or not the same.
     *
     * @param file for messages
     * @param section of the settings, for messages
     * @param fixed what the file fixes, below 1 if it does not
     */
    public int side(String file, String section, long fixed) {
        if (fixed < 1 && side == 0) {
            throw new UserError("cannot evaluate with " + file + ": expected " + section
                    + ".side above 0, since the file takes images of any size, got 0");
        }
        if (fixed > 0 && side > 0 && fixed != side) {
            throw new UserError("cannot evaluate with " + file + ": expected " + section + ".side = 0 or " + fixed
                    + ", the size that the file fixes, got " + side);
        }
        return fixed > 0 ? Math.toIntExact(fixed) : side;
    }
}
