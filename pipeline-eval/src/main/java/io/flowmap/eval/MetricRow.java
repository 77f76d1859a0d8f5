package io.flowmap.eval;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * One measured value with all that it depends on: one row of the table of metrics.
 *
 * @param model "teacher", "student", or the split of real images
 * @param guidance weight, null for real images
 * @param steps of the sampler, null for real images
 * @param metric name with its features, for example "FD-LeNet"
 * @param samples images measured
 * @param reference split of real images compared with, null where none is
 * @param referenceSamples images of it
 * @param neighbours k of precision and recall, else null
 * @param ddof of the covariances of a Frechet distance, else null
 * @param network features, null for a time
 * @param networkHash SHA-256 of its weights
 */
record MetricRow(
        String model,
        Double guidance,
        Integer steps,
        String metric,
        double value,
        long samples,
        String reference,
        Long referenceSamples,
        Integer neighbours,
        Integer ddof,
        String network,
        String networkHash) {
    static final String FRECHET = "FD-";
    static final String PRECISION = "precision-";
    static final String RECALL = "recall-";
    static final String CLASS_ACCURACY = "class-accuracy-";
    static final String MILLISECONDS = "milliseconds-per-image";
    /** Directory of the Parquet table in the stage. */
    static final String TABLE = "table";

    static StructType schema() {
        return new StructType()
                .add("model", DataTypes.StringType, false)
                .add("guidance", DataTypes.DoubleType)
                .add("steps", DataTypes.IntegerType)
                .add("metric", DataTypes.StringType, false)
                .add("value", DataTypes.DoubleType, false)
                .add("samples", DataTypes.LongType, false)
                .add("reference", DataTypes.StringType)
                .add("reference_samples", DataTypes.LongType)
                .add("neighbours", DataTypes.IntegerType)
                .add("ddof", DataTypes.IntegerType)
                .add("network", DataTypes.StringType)
                .add("network_hash", DataTypes.StringType);
    }

    Row row() {
        return RowFactory.create(
                model,
                guidance,
                steps,
                metric,
                value,
                samples,
                reference,
                referenceSamples,
                neighbours,
                ddof,
                network,
                networkHash);
    }

    /** All rows of a table. */
    static List<MetricRow> read(Dataset<Row> table) {
        var rows = new ArrayList<MetricRow>();
        for (var row : table.collectAsList()) {
            rows.add(new MetricRow(
                    row.getAs("model"),
                    row.getAs("guidance"),
                    row.getAs("steps"),
                    row.getAs("metric"),
                    row.<Double>getAs("value"),
                    row.<Long>getAs("samples"),
                    row.getAs("reference"),
                    row.getAs("reference_samples"),
                    row.getAs("neighbours"),
                    row.getAs("ddof"),
                    row.getAs("network"),
                    row.getAs("network_hash")));
        }
        return rows;
    }
}
