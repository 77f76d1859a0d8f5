package io.flowmap.ingest.archive;

import java.util.Arrays;
import java.util.Locale;

/** Names of files in archives and folders, with '/' between directories. */
public record MemberName(String path) {
    /** The extension of an image or array: what follows the last dot. */
    public String lastExtension() {
        var base = base();
        return base.substring(base.lastIndexOf('.') + 1);
    }

    /** Absolute, or upwards out of its place: no honest archive has such names. */
    public boolean isUnsafe() {
        return path.startsWith("/")
                || path.indexOf('\0') >= 0
                || Arrays.asList(path.split("[/\\\\]")).contains("..");
    }

    /** Files that desktops leave behind. */
    public boolean isHidden() {
        return base().startsWith(".") || Arrays.asList(path.split("/")).contains("__MACOSX");
    }

    /** WebDataset's key: the path up to the first dot of the last name. */
    public String sample() {
        int dot = firstDot();
        return dot < 0 ? path : path.substring(0, dot);
    }

    /** Without an extension a file is no part of a sample. */
    public boolean hasExtension() {
        return firstDot() >= 0;
    }

    /** WebDataset's extension: the rest, lower case, empty if there is no dot. */
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
