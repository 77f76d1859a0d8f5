package io.flowmap.ingest.image;

/**
 * Pixels of an image.
 *
 * @param height at least 1
 * @param width at least 1
 */
public record ImageSize(int height, int width) {
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
