package io.flowmap.ingest.source;

import java.util.Locale;
import java.util.Set;

/** What the records of a dataset are, by the extensions of their files. */
public enum Payload {
    /** The last are of formats that the decoder refuses by name, so that photos are not lost in silence. */
    IMAGE(
            "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif", "jxl",
            "jp2"),
    /** Latents that another program encoded, as NumPy arrays. */
    LATENT("npy");

    private final Set<String> extensions;

    Payload(String... extensions) {
        this.extensions = Set.of(extensions);
    }

    boolean isExtension(String extension) {
        return extensions.contains(extension.toLowerCase(Locale.ROOT));
    }

    /** In the ledger's reasons. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
