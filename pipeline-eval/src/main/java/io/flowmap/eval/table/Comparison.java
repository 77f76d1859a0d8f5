package io.flowmap.eval.table;

import io.flowmap.config.UserError;
import io.flowmap.stage.JobContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Watches over what stands beside each other in a column of a table or a chart: values of one protocol and reference, or, where the
 * setting {@code compare.force} wants others too, a note of how they differ.
 */
public final class Comparison {
    /** Path of the settings. */
    public static final String SECTION = "compare";

    private final boolean forced;
    private final Map<String, Entry> first = new TreeMap<>();
    private final List<String> notes = new ArrayList<>();

    /** Whose value a column has first. */
    private record Entry(String whose, MetricProtocol protocol) {}

    private record CompareConfig(boolean force) {}

    Comparison(boolean forced) {
        this.forced = forced;
    }

    /** As the settings of a run say. */
    public static Comparison of(JobContext context) {
        return new Comparison(
                context.settings().section(SECTION, CompareConfig.class).force());
    }

    /**
     * Puts a value into a column. Throws {@link UserError} where its protocol or reference is another than the first value's, unless forced.
     *
     * @param whose value it is, in words
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
                    + " (compare.force=true puts them beside each other all the same)");
        }
        notes.add("Forced to compare " + beside + ", which differ in " + difference + ".");
    }

    /** What was forced, in sentences. */
    public List<String> notes() {
        return List.copyOf(notes);
    }
}
