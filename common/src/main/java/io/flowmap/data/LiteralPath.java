package io.flowmap.data;

import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/** Escapes paths for Spark's readers, which treat brackets, braces, stars and question marks as glob patterns. */
public final class LiteralPath {
    private static final Pattern PATTERN_CHARACTER = Pattern.compile("[\\[\\]{}*?\\\\]");

    private LiteralPath() {}

    /** A glob pattern that matches only this path. */
    public static String of(Path path) {
        return PATTERN_CHARACTER.matcher(path.toString()).replaceAll("\\\\$0");
    }
}
