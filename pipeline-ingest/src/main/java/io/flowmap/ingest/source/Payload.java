package io.flowmap.ingest.source;

import java.util.Locale;
import java.util.Set;

/** Kinds of records, with the file extensions of each. */
public enum Payload {
    /**
     * Images. The last extensions are formats that the decoder refuses by name, so that such photos are reported and not silently ignored.
     */
    IMAGE(
            "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif", "jxl",
            "jp2"),
    /** Latents encoded by another program, as NumPy arrays. */
    LATENT("npy");

    private final Set<String> extensions;

    Payload(String... extensions) {
        this.extensions = Set.of(extensions);
    }

    boolean isExtension(String extension) {
        return extensions.contains(extension.toLowerCase(Locale.ROOT));
    }

    /** Name in the ledger's reasons. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
