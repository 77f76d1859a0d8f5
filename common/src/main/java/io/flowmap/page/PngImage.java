package io.flowmap.page;

import io.flowmap.data.LatentShape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * A PNG file.
 *
 * @param width in pixels
 * @param height in pixels
 * @param png content of the file
 */
public record PngImage(int width, int height, byte[] png) {
    private static final int GAP = 2;
    private static final int OPAQUE = 0xff000000;

    /**
     * Arranges images in a grid with a gap of two transparent pixels.
     *
     * @param rows uint8 images [C,H,W] by row and column; null leaves a cell empty
     * @param shape [C,H,W] of all images; one channel is gray, otherwise the first three are red, green and blue
     * @param scale side of each pixel in the grid
     */
    public static PngImage grid(List<List<byte[]>> rows, LatentShape shape, int scale) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int width = Math.max(1, columns * (shape.width() * scale + GAP) - GAP);
        int height = Math.max(1, rows.size() * (shape.height() * scale + GAP) - GAP);
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        for (int row = 0; row < rows.size(); row++) {
            for (int column = 0; column < rows.get(row).size(); column++) {
                if (rows.get(row).get(column) != null) {
                    int x = column * (shape.width() * scale + GAP);
                    int y = row * (shape.height() * scale + GAP);
                    draw(image, x, y, rows.get(row).get(column), shape, scale);
                }
            }
        }
        return of(image);
    }

    private static PngImage of(BufferedImage image) {
        var out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new PngImage(image.getWidth(), image.getHeight(), out.toByteArray());
    }

    private static void draw(BufferedImage image, int x, int y, byte[] pixels, LatentShape shape, int scale) {
        if (pixels.length != shape.size()) {
            throw new IllegalArgumentException(
                    "cannot draw an image: expected pixels of " + shape + ", got " + pixels.length + " of them");
        }
        int plane = shape.height() * shape.width();
        boolean gray = shape.channels() < 3;
        for (int i = 0; i < shape.height() * scale; i++) {
            for (int j = 0; j < shape.width() * scale; j++) {
                int at = i / scale * shape.width() + j / scale;
                int red = pixels[at] & 0xff;
                int green = gray ? red : pixels[plane + at] & 0xff;
                int blue = gray ? red : pixels[2 * plane + at] & 0xff;
                image.setRGB(x + j, y + i, OPAQUE | red << 16 | green << 8 | blue);
            }
        }
    }
}
