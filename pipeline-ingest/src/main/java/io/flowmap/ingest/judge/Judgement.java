package io.flowmap.ingest.judge;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.flowmap.ingest.source.Verdict;
import java.util.Collection;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/** Verdicts that need more than a single record: missing labels, duplicates, records beyond the limit. */
public final class Judgement implements AutoCloseable {
    private static final String DUPLICATE = "duplicate";

    private final Dataset<Row> judged;
    private final Dataset<Row> duplicates;

    private Judgement(Dataset<Row> judged, Dataset<Row> duplicates) {
        this.judged = judged;
        this.duplicates = duplicates;
    }

    public static Judgement of(
            Dataset<Row> staged, LabelPolicy labels, FilterConfig filter, Collection<String> splits) {
        var labelled = labelled(staged, labels);
        if (filter.duplicates() == FilterConfig.Duplicates.KEEP) {
            return new Judgement(limited(labelled, filter.samples(), splits), null);
        }
        var duplicates = Duplicates.of(Ledger.kept(labelled).drop(StagedRecord.IMAGE), filter)
                .persist(StorageLevel.MEMORY_AND_DISK());
        var distinct = filtered(
                        labelled.join(duplicates, new String[] {StagedRecord.POSITION}, "left"),
                        col(DUPLICATE).isNotNull(),
                        col(DUPLICATE))
                .drop(DUPLICATE);
        return new Judgement(limited(distinct, filter.samples(), splits), duplicates);
    }

    /** The staged records with final status and reason. */
    public Dataset<Row> records() {
        return judged;
    }

    @Override
    public void close() {
        if (duplicates != null) {
            duplicates.unpersist();
        }
    }

    private static Dataset<Row> labelled(Dataset<Row> staged, LabelPolicy policy) {
        boolean required = policy == LabelPolicy.REQUIRED
                || policy == LabelPolicy.AUTO
                        && !Ledger.kept(staged)
                                .filter(col(StagedRecord.LABEL).geq(0))
                                .isEmpty();
        return required
                ? refused(staged, keptIf(col(StagedRecord.LABEL).lt(0)), Verdict.QUARANTINED, lit("no label"))
                : staged;
    }

    /** Keeps the first records of each split in its random order, so that they are a random sample. */
    private static Dataset<Row> limited(Dataset<Row> records, long samples, Collection<String> splits) {
        var limited = records;
        for (var split : samples == 0 ? List.<String>of() : splits) {
            var last = Ledger.kept(records, split)
                    .select(StagedRecord.ORDER, StagedRecord.POSITION)
                    .sort(StagedRecord.ORDER, StagedRecord.POSITION)
                    .limit(Math.toIntExact(samples))
                    .sort(
                            col(StagedRecord.ORDER).desc(),
                            col(StagedRecord.POSITION).desc())
                    .limit(1)
                    .collectAsList();
            if (!last.isEmpty()) {
                var order = col(StagedRecord.ORDER);
                var beyond = order.gt(last.get(0).getLong(0))
                        .or(order.equalTo(last.get(0).getLong(0))
                                .and(col(StagedRecord.POSITION).gt(last.get(0).getLong(1))));
                var wanted = col(StagedRecord.SPLIT).equalTo(split).and(beyond);
                limited = filtered(limited, wanted, lit("beyond the limit of " + samples + " samples"));
            }
        }
        return limited;
    }

    private static Dataset<Row> filtered(Dataset<Row> records, Column condition, Column reason) {
        return refused(records, keptIf(condition), Verdict.FILTERED, reason);
    }

    private static Column keptIf(Column condition) {
        return col(StagedRecord.STATUS).equalTo(Verdict.KEPT.text()).and(condition);
    }

    private static Dataset<Row> refused(Dataset<Row> records, Column condition, Verdict verdict, Column reason) {
        return records.withColumn(StagedRecord.REASON, coalesce(col(StagedRecord.REASON), when(condition, reason)))
                .withColumn(
                        StagedRecord.STATUS,
                        when(condition, lit(verdict.text())).otherwise(col(StagedRecord.STATUS)));
    }
}
