package io.flowmap.ingest;

import io.flowmap.ingest.source.Verdict;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * An input record after reading: what the ledger says of it, and its pixels if kept.
 *
 * @param position in the order of everything that is read
 * @param order random bits that shuffle
 * @param width of the image as found, 0 if unknown
 * @param image uint8 [C,H,W], null unless kept
 */
record StagedRecord(
        long position,
        String split,
        String source,
        String key,
        long offset,
        Verdict status,
        String reason,
        int label,
        int width,
        int height,
        long order,
        byte[] image) {
    static final String POSITION = "position";
    static final String SPLIT = "split";
    static final String STATUS = "status";
    static final String REASON = "reason";
    static final String LABEL = "label";
    static final String ORDER = "order";
    static final String IMAGE = "image";
    static final String INDEX = "index";

    static StructType schema() {
        return new StructType()
                .add(POSITION, DataTypes.LongType, false)
                .add(SPLIT, DataTypes.StringType, false)
                .add("source", DataTypes.StringType, false)
                .add("key", DataTypes.StringType, false)
                .add("offset", DataTypes.LongType, false)
                .add(STATUS, DataTypes.StringType, false)
                .add(REASON, DataTypes.StringType, true)
                .add(LABEL, DataTypes.IntegerType, false)
                .add("width", DataTypes.IntegerType, false)
                .add("height", DataTypes.IntegerType, false)
                .add(ORDER, DataTypes.LongType, false)
                .add(IMAGE, DataTypes.BinaryType, true);
    }

    Row row() {
        return RowFactory.create(
                position, split, source, key, offset, status.text(), reason, label, width, height, order, image);
    }
}
