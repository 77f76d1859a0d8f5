package io.flowmap.data;

import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/** Paths as Spark's readers take them: they read brackets, braces, stars and question marks as patterns unless these are escaped. */
public final class LiteralPath {
    private static final Pattern PATTERN_CHARACTER = Pattern.compile("[\\[\\]{}*?\\\\]");

    private LiteralPath() {}

    /** Text that, read as a pattern, matches this path alone. */
    public static String of(Path path) {
        return PATTERN_CHARACTER.matcher(path.toString()).replaceAll("\\\\$0");
    }
}
