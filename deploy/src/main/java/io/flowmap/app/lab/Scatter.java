package io.flowmap.app.lab;

import io.flowmap.app.study.Toy2d;
import io.flowmap.data.LatentShape;
import java.util.Arrays;

/** Points of two classes as an image: every point darkens its pixel in the colour of its class. */
final class Scatter {
    static final LatentShape SHAPE = new LatentShape(3, 150, 150);

    private static final double RANGE = 1.25;
    private static final int[][] COLOURS = {{31, 95, 174}, {196, 102, 31}};
    private static final double OPACITY = 0.5;

    private Scatter() {}

    /** uint8 [C,H,W] of points [2n] with alternating classes; points outside the range are left out. */
    static byte[] image(double[] points) {
        int side = SHAPE.width();
        var light = new double[SHAPE.size()];
        Arrays.fill(light, 255);
        for (int i = 0; i < points.length / 2; i++) {
            int column = (int) Math.floor((points[2 * i] / RANGE + 1) / 2 * side);
            int row = (int) Math.floor((1 - points[2 * i + 1] / RANGE) / 2 * side);
            if (column >= 0 && column < side && row >= 0 && row < side) {
                int[] colour = COLOURS[i % Toy2d.CLASSES];
                for (int c = 0; c < colour.length; c++) {
                    int at = (c * side + row) * side + column;
                    light[at] += OPACITY * (colour[c] - light[at]);
                }
            }
        }
        var image = new byte[light.length];
        for (int i = 0; i < image.length; i++) {
            image[i] = (byte) Math.round(light[i]);
        }
        return image;
    }
}
