package io.flowmap.ingest.image;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How an image becomes a square of the wanted resolution: the transforms of EDM2's {@code dataset_tool}, under its
 * names.
 */
public enum Framing {
    /** No change: every image must already have the size of the dataset. */
    @JsonProperty("none")
    NONE {
        @Override
        public PixelImage apply(PixelImage image, int resolution) {
            return image;
        }
    },
    /** The largest centred square, then Lanczos. */
    @JsonProperty("center-crop")
    CENTER_CROP {
        @Override
        public PixelImage apply(PixelImage image, int resolution) {
            int side = Math.min(image.height(), image.width());
            var square = image.crop((image.height() - side) / 2, (image.width() - side) / 2, side, side);
            return Resampling.LANCZOS.resize(square, resolution, resolution);
        }
    },
    /**
     * ADM's (Dhariwal and Nichol), EDM2's choice for ImageNet: halve by box averages, shrink the short side by cubic,
     * then crop the centre.
     */
    @JsonProperty("center-crop-dhariwal")
    CENTER_CROP_DHARIWAL {
        @Override
        public PixelImage apply(PixelImage image, int resolution) {
            var shrunk = image;
            while (Math.min(shrunk.height(), shrunk.width()) >= 2 * resolution) {
                shrunk = Resampling.BOX.resize(shrunk, shrunk.height() / 2, shrunk.width() / 2);
            }
            double scale = (double) resolution / Math.min(shrunk.height(), shrunk.width());
            int height = (int) Math.rint(shrunk.height() * scale);
            int width = (int) Math.rint(shrunk.width() * scale);
            var scaled = Resampling.BICUBIC.resize(shrunk, height, width);
            return scaled.crop((height - resolution) / 2, (width - resolution) / 2, resolution, resolution);
        }
    };

    /** The image at {@code resolution} x {@code resolution} ({@link #NONE}: as it is). */
    public abstract PixelImage apply(PixelImage image, int resolution);
}
