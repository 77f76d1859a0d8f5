package io.flowmap.eval;

import io.flowmap.job.UserError;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * One measured value: one row of the table of metrics.
 *
 * @param model "teacher", "student", or the split of real images
 * @param guidance weight, null for real images
 * @param steps of the sampler, null for real images
 * @param protocol what the value depends on beside
 */
public record MetricRow(String model, Double guidance, Integer steps, double value, MetricProtocol protocol) {
    static final String FRECHET = "FD-";
    static final String PRECISION = "precision-";
    static final String RECALL = "recall-";
    static final String CLASS_ACCURACY = "class-accuracy-";
    static final String MILLISECONDS = "milliseconds-per-image";
    /** Directory of the Parquet table in the stage. */
    static final String TABLE = "table";

    /** Of a set of samples, or of real images where there is none. */
    static MetricRow of(String model, SampleSet set, double value, MetricProtocol protocol) {
        return new MetricRow(
                model,
                set == null ? null : (Double) set.guidance(),
                set == null ? null : (Integer) set.steps(),
                value,
                protocol);
    }

    /** Name of what is measured. */
    public String metric() {
        return protocol.metric();
    }

    /** This value over another. Unless forced, throws {@link UserError} that says in which way their protocols or references differ. */
    double over(MetricRow other, boolean forced) {
        var difference = protocol.difference(other.protocol);
        if (!forced && difference.isPresent()) {
            throw new UserError("cannot compare " + metric() + " of " + model + " with that of " + other.model
                    + ": expected one protocol and reference, got " + difference.get());
        }
        return value / other.value;
    }

    static StructType schema() {
        var schema = new StructType()
                .add("model", DataTypes.StringType, false)
                .add("guidance", DataTypes.DoubleType)
                .add("steps", DataTypes.IntegerType)
                .add("value", DataTypes.DoubleType, false);
        for (var field : MetricProtocol.schema().fields()) {
            schema = schema.add(field);
        }
        return schema;
    }

    Row row() {
        var cells = new ArrayList<Object>();
        cells.add(model);
        cells.add(guidance);
        cells.add(steps);
        cells.add(value);
        cells.addAll(protocol.values());
        return RowFactory.create(cells.toArray());
    }

    /** All rows of a table. */
    static List<MetricRow> read(Dataset<Row> table) {
        return table.collectAsList().stream()
                .map(row -> new MetricRow(
                        row.getAs("model"),
                        row.getAs("guidance"),
                        row.getAs("steps"),
                        row.<Double>getAs("value"),
                        MetricProtocol.read(row)))
                .toList();
    }
}
