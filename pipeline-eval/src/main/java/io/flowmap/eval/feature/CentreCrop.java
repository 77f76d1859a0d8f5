package io.flowmap.eval.feature;

import io.flowmap.data.LatentShape;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * How CLIP's processor makes an image the input of its network: the shorter side resized to {@code side} by PIL's bicubic method on 8 bits,
 * the square in the middle, then (x/255 - mean) / deviation.
 *
 * @param shape shape of the images, RGB or grey; grey ones are repeated
 * @param side width and height of the network's images in pixels
 * @param mean mean of red, green and blue, in 0..1
 * @param deviation standard deviation of red, green and blue
 */
public record CentreCrop(LatentShape shape, int side, List<Double> mean, List<Double> deviation)
        implements Serializable {
    private static final int COLOURS = 3;
    private static final float WHITE = 255;

    public CentreCrop {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
    }

    /** Prepares an image, uint8 [C,H,W], as [3, side, side]. */
    public float[] of(byte[] image) {
        int width = scaled(shape.width());
        int height = scaled(shape.height());
        int begin = (height - side) / 2 * width + (width - side) / 2;
        var across = Taps.bicubic(shape.width(), width);
        var down = Taps.bicubic(shape.height(), height);
        int area = shape.height() * shape.width();
        var plane = new float[area];
        var prepared = new float[COLOURS * side * side];
        for (int colour = 0; colour < COLOURS; colour++) {
            for (int i = 0; i < area; i++) {
                plane[i] = image[colour % shape.channels() * area + i] & 0xff;
            }
            var rows = rounded(across.alongRows(plane, shape.width()));
            var resized = rounded(down.alongColumns(rows, width));
            for (int i = 0; i < side * side; i++) {
                double pixel = resized[begin + i / side * width + i % side] / WHITE;
                prepared[colour * side * side + i] = (float) ((pixel - mean.get(colour)) / deviation.get(colour));
            }
        }
        return prepared;
    }

    private int scaled(int length) {
        return (int) ((long) side * length / Math.min(shape.height(), shape.width()));
    }

    private static float[] rounded(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.floor(Math.max(0, Math.min(WHITE, values[i])) + 0.5);
        }
        return values;
    }

    /** Resize and range, for protocols. */
    public String told() {
        return String.format(
                Locale.ROOT,
                "bicubic as PIL on 8 bits, shorter side %d, centre, (x/255 - %s)/%s",
                side,
                mean,
                deviation);
    }
}
