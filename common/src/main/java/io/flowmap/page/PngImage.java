package io.flowmap.page;

import io.flowmap.data.LatentShape;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * A PNG file.
 *
 * @param width in pixels
 * @param height in pixels
 * @param png content of the file
 */
public record PngImage(int width, int height, byte[] png) implements Serializable {
    private static final int GAP = 2;
    private static final int OPAQUE = 0xff000000;
    private static final int WHITE = 0xffffff;

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
        draw(image, 0, rows, shape, scale);
        return of(image);
    }

    /** A PNG file as it is. Throws {@link IllegalArgumentException} if it is none. */
    public static PngImage read(byte[] png) {
        try {
            var image = ImageIO.read(new ByteArrayInputStream(png));
            if (image == null) {
                throw new IllegalArgumentException("expected a PNG image, got other content");
            }
            return new PngImage(image.getWidth(), image.getHeight(), png);
        } catch (IOException e) {
            throw new IllegalArgumentException("expected a PNG image: " + e.getMessage(), e);
        }
    }

    private static void draw(BufferedImage image, int left, List<List<byte[]>> rows, LatentShape shape, int scale) {
        for (int row = 0; row < rows.size(); row++) {
            for (int column = 0; column < rows.get(row).size(); column++) {
                if (rows.get(row).get(column) != null) {
                    int x = left + column * (shape.width() * scale + GAP);
                    int y = row * (shape.height() * scale + GAP);
                    draw(image, x, y, rows.get(row).get(column), shape, scale);
                }
            }
        }
    }

    /**
     * A grid as {@link #grid} gives it, on white, with a text left of each row. A text that is too long for the height of its row ends in
     * an ellipsis. If this machine has no fonts, the texts are left out.
     *
     * @param texts one for each row
     */
    public static PngImage captioned(List<String> texts, List<List<byte[]>> rows, LatentShape shape, int scale) {
        int height = shape.height() * scale;
        var labels = RowLabels.of(texts, height);
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        var image = new BufferedImage(
                Math.max(1, labels.width() + columns * (shape.width() * scale + GAP)),
                Math.max(1, rows.size() * (height + GAP) - GAP),
                BufferedImage.TYPE_INT_RGB);
        Arrays.fill(((DataBufferInt) image.getRaster().getDataBuffer()).getData(), WHITE);
        labels.draw(image, height + GAP);
        draw(image, labels.width() + (labels.width() > 0 ? GAP : 0), rows, shape, scale);
        return of(image);
    }

    /**
     * An image whose longer side is at most this many pixels: reduced by the mean over the pixels that each new one covers, or as it is.
     *
     * @param pixels uint8 [C,H,W]
     */
    public static PngImage thumbnail(byte[] pixels, LatentShape shape, int side) {
        int longer = Math.max(shape.height(), shape.width());
        if (longer <= side) {
            return grid(List.of(List.of(pixels)), shape, 1);
        }
        var small = new LatentShape(
                shape.channels(),
                Math.max(1, shape.height() * side / longer),
                Math.max(1, shape.width() * side / longer));
        var reduced = new byte[small.size()];
        for (int i = 0; i < reduced.length; i++) {
            int column = i % small.width();
            int row = i / small.width() % small.height();
            int channel = i / (small.width() * small.height());
            reduced[i] = mean(
                    pixels,
                    shape,
                    channel,
                    covered(row, small.height(), shape.height()),
                    covered(column, small.width(), shape.width()));
        }
        return grid(List.of(List.of(reduced)), small, 1);
    }

    /** The pixels that pixel i of n covers of m: from the first one to before the second. */
    private static int[] covered(int i, int n, int m) {
        return new int[] {(int) ((long) i * m / n), (int) (((long) (i + 1) * m + n - 1) / n)};
    }

    private static byte mean(byte[] pixels, LatentShape shape, int channel, int[] rows, int[] columns) {
        long sum = 0;
        for (int row = rows[0]; row < rows[1]; row++) {
            for (int column = columns[0]; column < columns[1]; column++) {
                sum += pixels[(channel * shape.height() + row) * shape.width() + column] & 0xff;
            }
        }
        long count = (long) (rows[1] - rows[0]) * (columns[1] - columns[0]);
        return (byte) ((sum + count / 2) / count);
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
