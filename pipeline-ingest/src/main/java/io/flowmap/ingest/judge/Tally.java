package io.flowmap.ingest.judge;

import io.flowmap.ingest.source.Verdict;
import io.flowmap.tensor.Mergeable;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Numbers of records of one split, by verdict.
 *
 * @param classes number of kept records of each class
 * @param unlabelled number of kept records without a label
 */
public record Tally(long kept, long filtered, long quarantined, long[] classes, long unlabelled)
        implements Mergeable<Tally> {
    /** Counts every split in one pass. */
    public static Map<String, Tally> of(Dataset<Row> staged, Iterable<String> splits) {
        var rows = staged.groupBy(StagedRecord.SPLIT, StagedRecord.STATUS, StagedRecord.LABEL)
                .count()
                .collectAsList();
        var tallies = new TreeMap<String, Tally>();
        for (var split : splits) {
            tallies.put(split, new Tally(0, 0, 0, new long[0], 0));
        }
        for (var row : rows) {
            tallies.merge(row.getString(0), of(row.getString(1), row.getInt(2), row.getLong(3)), Tally::merge);
        }
        return tallies;
    }

    public boolean isEmpty() {
        return kept + filtered + quarantined == 0;
    }

    /** Share of the images that were quarantined. */
    double failureShare() {
        return quarantined == 0 ? 0 : (double) quarantined / (kept + quarantined);
    }

    @Override
    public Tally merge(Tally other) {
        long[] sum = Arrays.copyOf(classes, Math.max(classes.length, other.classes.length));
        for (int label = 0; label < other.classes.length; label++) {
            sum[label] += other.classes[label];
        }
        return new Tally(
                kept + other.kept,
                filtered + other.filtered,
                quarantined + other.quarantined,
                sum,
                unlabelled + other.unlabelled);
    }

    private static Tally of(String status, int label, long count) {
        if (!status.equals(Verdict.KEPT.text())) {
            boolean filtered = status.equals(Verdict.FILTERED.text());
            return new Tally(0, filtered ? count : 0, filtered ? 0 : count, new long[0], 0);
        }
        long[] classes = new long[label + 1];
        if (label >= 0) {
            classes[label] = count;
        }
        return new Tally(count, 0, 0, classes, label < 0 ? count : 0);
    }
}
