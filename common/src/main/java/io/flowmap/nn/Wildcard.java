package io.flowmap.nn;

import java.util.Arrays;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Patterns of names, in which {@code *} stands for any text. */
public final class Wildcard {
    private Wildcard() {}

    /** Whether a whole name matches the pattern. */
    public static Predicate<String> of(String pattern) {
        return Pattern.compile(Arrays.stream(pattern.split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")))
                .asMatchPredicate();
    }
}
