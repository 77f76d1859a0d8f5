package io.flowmap.eval.table;

import io.flowmap.config.UserError;
import io.flowmap.stage.JobContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks that values in one column of a table or chart have one protocol and reference. If {@code compare.force} is set, differing
 * values are accepted and the difference is noted.
 */
public final class Comparison {
    /** Path of the settings. */
    public static final String SECTION = "compare";

    private final boolean forced;
    private final Map<String, Entry> first = new TreeMap<>();
    private final List<String> notes = new ArrayList<>();

    /** The first value of a column and the name of its owner. */
    private record Entry(String whose, MetricProtocol protocol) {}

    private record CompareConfig(boolean force) {}

    Comparison(boolean forced) {
        this.forced = forced;
    }

    /** A comparison with a run's settings. */
    public static Comparison of(JobContext context) {
        return new Comparison(
                context.settings().section(SECTION, CompareConfig.class).force());
    }

    /**
     * Puts a value into a column. Throws {@link UserError} if its protocol or reference differs from the first value's, unless forced.
     *
     * @param whose owner of the value, for messages
     */
    public void add(String column, String whose, MetricRow row) {
        var earlier = first.putIfAbsent(column, new Entry(whose, row.protocol()));
        var difference = earlier == null
                ? ""
                : earlier.protocol.difference(row.protocol()).orElse("");
        if (difference.isEmpty()) {
            return;
        }
        var beside = row.metric() + " of " + earlier.whose + " with that of " + whose;
        if (!forced) {
            throw new UserError("cannot compare " + beside + ": expected one protocol and reference, got " + difference
                    + " (to show them side by side anyway, set compare.force=true)");
        }
        notes.add("Forced to compare " + beside + ", which differ in " + difference + ".");
    }

    /** The forced comparisons, as sentences. */
    public List<String> notes() {
        return List.copyOf(notes);
    }
}
