package io.flowmap.ingest.image;

import java.util.zip.CRC32;

/** Images from a formula, so that Pillow can draw the same ones. */
final class Patterns {
    private Patterns() {}

    /** Pixel (x, y) of channel c is (7 x^2 + 13 y + 3 x y + 50 c) mod 256. */
    static PixelImage image(int channels, int width, int height) {
        byte[] pixels = new byte[channels * height * width];
        for (int i = 0; i < pixels.length; i++) {
            int x = i % width;
            int y = i / width % height;
            int c = i / (width * height);
            pixels[i] = (byte) (7 * x * x + 13 * y + 3 * x * y + 50 * c);
        }
        return PixelImage.ofPlanes(channels, height, width, pixels);
    }

    static long checksum(PixelImage image) {
        var sum = new CRC32();
        sum.update(image.planes());
        return sum.getValue();
    }
}
