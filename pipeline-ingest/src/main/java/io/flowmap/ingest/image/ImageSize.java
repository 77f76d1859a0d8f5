package io.flowmap.ingest.image;

/**
 * Size of an image in pixels.
 *
 * @param height at least 1
 * @param width at least 1
 */
public record ImageSize(int height, int width) {
    public ImageSize {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("expected an image of a pixel or more, got " + width + "x" + height);
        }
    }

    public long pixels() {
        return (long) height * width;
    }

    /** Width over height. */
    public double aspect() {
        return (double) width / height;
    }

    @Override
    public String toString() {
        return width + "x" + height;
    }
}
