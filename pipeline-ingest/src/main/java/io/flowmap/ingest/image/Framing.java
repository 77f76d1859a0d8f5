package io.flowmap.ingest.image;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Transforms that bring an image to the wanted size: those of EDM2's {@code dataset_tool}, with its names. */
public enum Framing {
    /** No change. Every image must already have the size of the dataset. */
    @JsonProperty("none")
    NONE {
        @Override
        public PixelImage apply(PixelImage image, int height, int width) {
            return image;
        }
    },
    /** The largest centred rectangle of the wanted aspect ratio, resized with Lanczos. */
    @JsonProperty("center-crop")
    CENTER_CROP {
        @Override
        public PixelImage apply(PixelImage image, int height, int width) {
            double scale = Math.min((double) image.height() / height, (double) image.width() / width);
            int rows = Math.max(1, (int) Math.rint(height * scale));
            int columns = Math.max(1, (int) Math.rint(width * scale));
            var cropped = image.crop((image.height() - rows) / 2, (image.width() - columns) / 2, rows, columns);
            return Resampling.LANCZOS.resize(cropped, height, width);
        }
    },
    /**
     * ADM's transform (Dhariwal and Nichol), EDM2's choice for ImageNet: halve with box filters, shrink the short side with a cubic filter,
     * then crop the centre. Squares only.
     */
    @JsonProperty("center-crop-dhariwal")
    CENTER_CROP_DHARIWAL {
        @Override
        public PixelImage apply(PixelImage image, int height, int width) {
            if (height != width) {
                throw new IllegalArgumentException("expected a square, got " + width + "x" + height);
            }
            int resolution = height;
            var shrunk = image;
            while (Math.min(shrunk.height(), shrunk.width()) >= 2 * resolution) {
                shrunk = Resampling.BOX.resize(shrunk, shrunk.height() / 2, shrunk.width() / 2);
            }
            double scale = (double) resolution / Math.min(shrunk.height(), shrunk.width());
            int rows = (int) Math.rint(shrunk.height() * scale);
            int columns = (int) Math.rint(shrunk.width() * scale);
            var scaled = Resampling.BICUBIC.resize(shrunk, rows, columns);
            return scaled.crop((rows - resolution) / 2, (columns - resolution) / 2, resolution, resolution);
        }
    };

    /** Frames an image to {@code height} x {@code width}; {@link #NONE} returns it unchanged. */
    public abstract PixelImage apply(PixelImage image, int height, int width);

    /** Frames an image to a square. */
    public PixelImage apply(PixelImage image, int resolution) {
        return apply(image, resolution, resolution);
    }
}
