package io.flowmap.ingest.source;

import io.flowmap.config.UserError;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * WebDataset's ranges, {@code data_{000000..000099}.tar}, as a Hadoop glob pattern.
 *
 * @param count number of paths that the ranges name, 0 without ranges
 */
record ShardRange(String pattern, int count) {
    private static final Pattern RANGE = Pattern.compile("\\{(\\d+)\\.\\.(\\d+)}");
    private static final int MOST = 1_000_000;

    static ShardRange of(String text) {
        var expanded = new StringBuilder();
        long count = 1;
        var matcher = RANGE.matcher(text);
        boolean any = false;
        while (matcher.find()) {
            any = true;
            int first = number(matcher.group(1), text);
            int last = number(matcher.group(2), text);
            if (last < first || (count *= last - first + 1L) > MOST) {
                throw new UserError("cannot ingest " + text + ": expected ascending ranges of at most " + MOST
                        + " shards, got {" + first + ".." + last + "}");
            }
            var form = "%0" + matcher.group(1).length() + "d";
            var names = IntStream.rangeClosed(first, last)
                    .mapToObj(form::formatted)
                    .collect(Collectors.joining(",", "{", "}"));
            matcher.appendReplacement(expanded, Matcher.quoteReplacement(names));
        }
        return new ShardRange(matcher.appendTail(expanded).toString(), any ? (int) count : 0);
    }

    private static int number(String digits, String text) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new UserError("cannot ingest " + text + ": expected shard numbers, got " + digits, e);
        }
    }
}
