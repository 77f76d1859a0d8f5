package io.flowmap.eval.feature;

import io.flowmap.data.LatentShape;

/**
 * Published methods that resize an image to the network's input size and scale its pixels. All are separable: first along rows, rounded
 * to float32, then along columns.
 */
public enum Resize {
    /** pytorch-fid: PyTorch's bilinear without antialias, sampled at (i + 1/2) s - 1/2 >= 0, s = in/out; 2 x/255 - 1. */
    PYTORCH {
        @Override
        Taps taps(int in, int out) {
            return Taps.linear(in, out, 0.5);
        }

        @Override
        float normalised(float pixel) {
            return pixel / 127.5f - 1;
        }
    },
    /** TensorFlow 1 and torch-fidelity: bilinear, sampled at i s; (x - 128) / 128. */
    TENSORFLOW1 {
        @Override
        Taps taps(int in, int out) {
            return Taps.linear(in, out, 0);
        }

        @Override
        float normalised(float pixel) {
            return (pixel - 128) / 128;
        }
    },
    /** clean-fid: PIL's bicubic (a = -1/2, antialiased) on floats, clipped to 0 .. 255; (x - 128) / 128. */
    PIL_BICUBIC {
        @Override
        Taps taps(int in, int out) {
            return Taps.bicubic(in, out);
        }

        @Override
        float normalised(float pixel) {
            return (Math.max(0, Math.min(255, pixel)) - 128) / 128;
        }
    };

    private static final int COLOURS = 3;

    /** The method, in a protocol's words. */
    public String text() {
        return switch (this) {
            case PYTORCH -> "bilinear 299x299 as PyTorch, -1..1 by 2 x/255 - 1";
            case TENSORFLOW1 -> "bilinear 299x299 as TensorFlow 1, -1..1 by (x - 128)/128";
            case PIL_BICUBIC -> "bicubic 299x299 as PIL, -1..1 by (x - 128)/128";
        };
    }

    abstract Taps taps(int in, int out);

    /** Maps a pixel value in 0..255 to the network's range. */
    abstract float normalised(float pixel);

    /**
     * Writes an image [3, side, side] in the network's range; a grey image becomes three equal colours.
     *
     * @param images uint8 [.., C, H, W], C = 1 or 3
     * @param from index of the image's first pixel
     * @param shape shape of the image
     */
    void apply(byte[] images, int from, LatentShape shape, int side, float[] to, int at) {
        int height = shape.height();
        int width = shape.width();
        var rows = taps(width, side);
        var columns = taps(height, side);
        var plane = new float[height * width];
        for (int colour = 0; colour < COLOURS; colour++) {
            int source = from + colour % shape.channels() * plane.length;
            for (int i = 0; i < plane.length; i++) {
                plane[i] = images[source + i] & 0xff;
            }
            var resized = columns.alongColumns(rows.alongRows(plane, width), side);
            for (int i = 0; i < resized.length; i++) {
                to[at + colour * resized.length + i] = normalised(resized[i]);
            }
        }
    }
}
