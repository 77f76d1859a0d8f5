package io.flowmap.scene;

import io.flowmap.scene.Thing.Size;
import java.util.List;

/**
 * A scene: what stands where, with its caption.
 *
 * @param background colour of the background
 * @param objects objects in the order of the caption, which is the order in which they are drawn
 */
public record Scene(Colour background, List<Placed> objects, String caption) {
    /** Width and height of a drawing in pixels. */
    public static final int SIDE = 32;

    public static final int CHANNELS = 3;

    public Scene {
        objects = List.copyOf(objects);
    }

    /**
     * An object of a scene, in pixels from the top left corner of the canvas.
     *
     * @param x centre; a triangle's is its centroid
     * @param radius r of its {@link Shape}
     */
    public record Placed(Colour colour, Shape shape, Size size, double x, double y, double radius) {
        public double left() {
            return x - shape.side(radius);
        }

        public double right() {
            return x + shape.side(radius);
        }

        public double top() {
            return y - shape.up(radius);
        }

        public double bottom() {
            return y + shape.down(radius);
        }
    }

    /** The drawing: planes [3,32,32] of unsigned bytes, anti-aliased. */
    public byte[] planes() {
        byte[] planes = new byte[CHANNELS * SIDE * SIDE];
        double[] pixel = new double[CHANNELS];
        for (int i = 0; i < SIDE * SIDE; i++) {
            draw(i % SIDE + 0.5, i / SIDE + 0.5, pixel);
            for (int channel = 0; channel < CHANNELS; channel++) {
                planes[channel * SIDE * SIDE + i] = (byte) Math.rint(pixel[channel]);
            }
        }
        return planes;
    }

    private void draw(double x, double y, double[] pixel) {
        for (int channel = 0; channel < CHANNELS; channel++) {
            pixel[channel] = background.channel(channel);
        }
        for (var object : objects) {
            double covered = object.shape().coverage(x - object.x(), y - object.y(), object.radius());
            for (int channel = 0; channel < CHANNELS; channel++) {
                pixel[channel] += covered * (object.colour().channel(channel) - pixel[channel]);
            }
        }
    }
}
