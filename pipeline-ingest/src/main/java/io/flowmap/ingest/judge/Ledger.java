package io.flowmap.ingest.judge;

import static org.apache.spark.sql.functions.col;

import io.flowmap.config.UserError;
import io.flowmap.ingest.source.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The account of every input record: Parquet rows (split, source, key, offset, status, reason, label, width, height, caption_source,
 * caption_length, bucket, index) in reading order. {@code index} is the position in the output, null unless kept.
 */
public final class Ledger {
    /** Directory of the ledger in the output. */
    public static final String DIRECTORY = "ledger";

    public static final int SHOWN = 5;
    private static final String[] HIDDEN = {
        StagedRecord.IMAGE,
        StagedRecord.ORDER,
        StagedRecord.CAPTION,
        StagedRecord.DIGEST,
        StagedRecord.ACROSS,
        StagedRecord.DOWN
    };

    private Ledger() {}

    public static Dataset<Row> kept(Dataset<Row> judged) {
        return judged.filter(col(StagedRecord.STATUS).equalTo(Verdict.KEPT.text()));
    }

    public static Dataset<Row> kept(Dataset<Row> judged, String split) {
        return kept(judged).filter(col(StagedRecord.SPLIT).equalTo(split));
    }

    /** Writes the ledger. {@code indexed} has the columns position and index of the kept records. */
    public static void write(Dataset<Row> judged, Dataset<Row> indexed, Path directory) {
        judged.drop(HIDDEN)
                .join(indexed, new String[] {StagedRecord.POSITION}, "left")
                .orderBy(StagedRecord.POSITION)
                .drop(StagedRecord.POSITION)
                .write()
                .parquet(directory.toString());
    }

    /** The error to report if too many records of a split, or all of them, could not be kept. */
    public static Optional<UserError> failure(
            Dataset<Row> judged, Map<String, Tally> tallies, double maxFailureShare, Path ledger) {
        for (var split : tallies.keySet()) {
            var tally = tallies.get(split);
            if (tally.failureShare() > maxFailureShare) {
                return Optional.of(new UserError(String.format(
                        Locale.ROOT,
                        "cannot ingest %s: expected at most %.4g %% of its images quarantined, got %d of %d%s"
                                + " (ingest.max-failure-share; every record is in %s)",
                        split,
                        100 * maxFailureShare,
                        tally.quarantined(),
                        tally.quarantined() + tally.kept(),
                        first(judged, split, col(StagedRecord.STATUS).equalTo(Verdict.QUARANTINED.text())),
                        ledger)));
            }
            if (tally.kept() == 0) {
                return Optional.of(new UserError("cannot ingest " + split + ": expected images, got none in "
                        + (tally.filtered() + tally.quarantined()) + " records"
                        + first(judged, split, col(StagedRecord.STATUS).notEqual(Verdict.KEPT.text()))
                        + "; ledger in " + ledger));
            }
        }
        return Optional.empty();
    }

    /** Reasons of some of the records that meet a condition, for a message. */
    private static String first(Dataset<Row> judged, String split, Column condition) {
        return first(judged
                .filter(col(StagedRecord.SPLIT).equalTo(split).and(condition))
                .orderBy(StagedRecord.POSITION)
                .select("source", "key", "offset", StagedRecord.REASON)
                .limit(SHOWN)
                .collectAsList()
                .stream()
                .map(row -> reason(row.getString(0), row.getString(1), row.getLong(2), row.getString(3)))
                .toList());
    }

    /** Formats reasons for the end of a message; empty if there are none. */
    public static String first(List<String> reasons) {
        return reasons.isEmpty() ? "" : "; first " + String.join("; ", reasons);
    }

    /** Describes a record that was not kept. The key is empty for the unreadable rest of a source. */
    public static String reason(String source, String key, long offset, String reason) {
        return source + (key.isEmpty() ? "" : " " + key) + (offset < 0 ? "" : " at " + offset) + ": " + reason;
    }
}
