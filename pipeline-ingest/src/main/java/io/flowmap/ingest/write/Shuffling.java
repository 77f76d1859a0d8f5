package io.flowmap.ingest.write;

import static org.apache.spark.sql.functions.col;

import io.flowmap.ingest.judge.StagedRecord;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * The random order of a split's kept records: sorted by random bits keyed by (seed, split, record), ties by position. This is a total
 * order, so it does not depend on how the records are partitioned.
 */
public final class Shuffling implements AutoCloseable {
    private final Dataset<Row> indexed;

    private Shuffling(Dataset<Row> indexed) {
        this.indexed = indexed;
    }

    /** Orders a split's kept records. */
    public static Shuffling of(Dataset<Row> kept) {
        var keys =
                kept.select(StagedRecord.ORDER, StagedRecord.POSITION).sort(StagedRecord.ORDER, StagedRecord.POSITION);
        var rows = keys.javaRDD()
                .zipWithIndex()
                .map(pair -> RowFactory.create(pair._1().getLong(0), pair._1().getLong(1), pair._2()));
        var type = new StructType()
                .add(StagedRecord.ORDER, DataTypes.LongType, false)
                .add(StagedRecord.POSITION, DataTypes.LongType, false)
                .add(StagedRecord.INDEX, DataTypes.LongType, false);
        return new Shuffling(kept.sparkSession().createDataFrame(rows, type).persist(StorageLevel.MEMORY_AND_DISK()));
    }

    /** Rows (position, index). */
    public Dataset<Row> indices() {
        return indexed.select(StagedRecord.POSITION, StagedRecord.INDEX);
    }

    /** The first record of each block. */
    public BlockPartitioner blocks(int blockRecords) {
        List<Row> starts = indexed.filter(
                        col(StagedRecord.INDEX).mod(blockRecords).equalTo(0))
                .sort(StagedRecord.INDEX)
                .collectAsList();
        return new BlockPartitioner(starts.stream()
                .map(row -> new ShuffleKey(row.getLong(0), row.getLong(1)))
                .toArray(ShuffleKey[]::new));
    }

    @Override
    public void close() {
        indexed.unpersist();
    }
}
