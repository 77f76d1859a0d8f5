package io.flowmap.ingest.source;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/** Names of files in archives and folders, with '/' between directories. */
record MemberName(String path) {
    private static final Set<String> IMAGES = Set.of("jpg", "jpeg", "jpe", "png", "webp", "gif", "bmp", "tif", "tiff");

    /**
     * Whether an image by its extension; the decoder refuses formats other than JPEG and PNG, so that they are not lost
     * in silence.
     */
    boolean isImage() {
        var base = base();
        return isImageExtension(base.substring(base.lastIndexOf('.') + 1));
    }

    static boolean isImageExtension(String extension) {
        return IMAGES.contains(extension.toLowerCase(Locale.ROOT));
    }

    /** Absolute, or upwards out of its place: no honest archive has such names. */
    boolean isUnsafe() {
        return path.startsWith("/")
                || path.indexOf('\0') >= 0
                || Arrays.asList(path.split("[/\\\\]")).contains("..");
    }

    /** Files that desktops leave behind. */
    boolean isHidden() {
        return base().startsWith(".") || path.startsWith("__MACOSX/");
    }

    /** WebDataset's key: the path up to the first dot of the last name. */
    String sample() {
        int dot = firstDot();
        return dot < 0 ? path : path.substring(0, dot);
    }

    /** WebDataset's extension: the rest, lower case, empty if there is no dot. */
    String extension() {
        int dot = firstDot();
        return dot < 0 ? "" : path.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    private int firstDot() {
        return path.indexOf('.', path.lastIndexOf('/') + 1);
    }

    private String base() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
