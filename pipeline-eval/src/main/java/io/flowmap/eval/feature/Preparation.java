package io.flowmap.eval.feature;

import io.flowmap.data.LatentShape;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * How images become the input of a network: resized by PIL's bicubic method on floats, clipped to 0..255, then (x/255 - mean) / deviation.
 *
 * @param shape shape of the images, RGB or grey; grey ones are repeated for a network of three channels
 * @param channels of the network, 1 or 3
 * @param height of the network's images
 * @param width of the network's images
 * @param mean mean of each channel, in 0..1
 * @param deviation standard deviation of each channel
 * @param bgr whether the network has blue first
 */
record Preparation(
        LatentShape shape, int channels, int height, int width, List<Double> mean, List<Double> deviation, boolean bgr)
        implements Serializable {
    private static final float WHITE = 255;

    Preparation {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
    }

    /** A square RGB input. */
    static Preparation rgb(LatentShape shape, int side, List<Double> mean, List<Double> deviation) {
        return new Preparation(shape, 3, side, side, mean, deviation, false);
    }

    /** Values of one prepared image. */
    int size() {
        return channels * height * width;
    }

    /** Prepares uint8 images {@code from} to {@code from + rows - 1} as [rows, channels, height, width]. */
    float[] of(byte[] images, int from, int rows) {
        int area = height * width;
        var across = Taps.bicubic(shape.width(), width);
        var down = Taps.bicubic(shape.height(), height);
        var plane = new float[shape.height() * shape.width()];
        var prepared = new float[rows * channels * area];
        for (int i = 0; i < rows * channels; i++) {
            int channel = i % channels;
            int colour = bgr ? channels - 1 - channel : channel;
            int source = (from + i / channels) * shape.size() + colour % shape.channels() * plane.length;
            for (int j = 0; j < plane.length; j++) {
                plane[j] = images[source + j] & 0xff;
            }
            var resized = down.alongColumns(across.alongRows(plane, shape.width()), width);
            for (int j = 0; j < area; j++) {
                double pixel = Math.max(0, Math.min(WHITE, resized[j])) / WHITE;
                prepared[i * area + j] = (float) ((pixel - mean.get(channel)) / deviation.get(channel));
            }
        }
        return prepared;
    }

    /** Resize and range, for protocols. */
    String told() {
        return String.format(
                Locale.ROOT,
                "bicubic %dx%d as PIL, (x/255 - %s)/%s%s",
                height,
                width,
                mean,
                deviation,
                bgr ? ", blue first" : "");
    }
}
