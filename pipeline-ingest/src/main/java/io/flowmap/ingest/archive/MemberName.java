package io.flowmap.ingest.archive;

import java.util.Arrays;
import java.util.Locale;

/** Name of a file in an archive or folder, with '/' between directories. */
public record MemberName(String path) {
    /** Extension of an image or array: the part after the last dot. */
    public String lastExtension() {
        var base = base();
        return base.substring(base.lastIndexOf('.') + 1);
    }

    /** Whether the path is absolute or leaves its root by "..". Legitimate archives have no such names. */
    public boolean isUnsafe() {
        return path.startsWith("/")
                || path.indexOf('\0') >= 0
                || Arrays.asList(path.split("[/\\\\]")).contains("..");
    }

    /** Whether this is a file that desktop systems leave behind. */
    public boolean isHidden() {
        return base().startsWith(".") || Arrays.asList(path.split("/")).contains("__MACOSX");
    }

    /** WebDataset's key: the path up to the first dot in the last name. */
    public String sample() {
        int dot = firstDot();
        return dot < 0 ? path : path.substring(0, dot);
    }

    /** Whether the name has an extension. Files without one are not part of a sample. */
    public boolean hasExtension() {
        return firstDot() >= 0;
    }

    /** WebDataset's extension: the rest of the name, in lower case; empty if there is no dot. */
    public String extension() {
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
