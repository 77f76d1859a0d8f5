package io.flowmap.eval.table;

import io.flowmap.config.UserError;
import io.flowmap.eval.metric.Bootstrap.Interval;
import io.flowmap.eval.set.SampleOrigin;
import io.flowmap.eval.set.SampleSet;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * One measured value: a row of the table of metrics.
 *
 * @param model "teacher", "student", or the split of real images
 * @param origin how the samples were drawn, null for real images
 * @param interval interval of the value, null if none was computed
 * @param protocol what else the value depends on
 */
public record MetricRow(String model, SampleOrigin origin, double value, Interval interval, MetricProtocol protocol) {
    /** Prefix of the name of a Frechet distance. */
    public static final String FRECHET = "FD-";

    public static final String PRECISION = "precision-";
    public static final String RECALL = "recall-";
    public static final String DENSITY = "density-";
    public static final String COVERAGE = "coverage-";
    /** Suffix of the name of the deviation over subsets. */
    public static final String DEVIATION = "-deviation";

    /** Prefix of the names of values of prompts, "prompt:scenes:all". */
    public static final String PROMPT = "prompt:";

    public static final String CLASS_ACCURACY = "class-accuracy-";
    public static final String MILLISECONDS = "milliseconds-per-image";
    public static final String EVALUATIONS = "NFE";
    public static final String PARAMETERS = "parameters";
    /** Billions of multiply-adds. Each counts once, as in EDM2's "Gflops". */
    public static final String MULTIPLY_ADDS = "giga-multiply-adds-per-image";

    /** Metric of earlier versions, which counted other operations and each twice; no longer read. */
    private static final String EARLIER_MULTIPLY_ADDS = "GFLOPs-per-image";
    /** Metrics of cost rather than quality. */
    static final List<String> COSTS = List.of(EVALUATIONS, PARAMETERS, MULTIPLY_ADDS, MILLISECONDS);

    /** Directory of the Parquet table in the stage. */
    public static final String TABLE = "table";

    /** A row of a set of samples, or of real images if {@code samples} is null. */
    public static MetricRow of(String model, SampleSet set, double value, Interval interval, MetricProtocol protocol) {
        return new MetricRow(model, set == null ? null : set.origin(), value, interval, protocol);
    }

    /** Guidance weight, null for real images. */
    public Double guidance() {
        return origin == null ? null : (Double) origin.guidance();
    }

    /** Steps of the sampler, null for real images. */
    public Integer steps() {
        return origin == null ? null : (Integer) origin.steps();
    }

    /** Number of the part of the set, null for the whole set. */
    public Integer part() {
        return origin == null ? null : origin.part();
    }

    /** Whether the value covers all classes and the whole set. */
    public boolean isOfAll() {
        return protocol.label() == null && part() == null;
    }

    /** Lower end of the interval; the value itself without one. */
    public double low() {
        return interval == null ? value : interval.low();
    }

    /** Upper end of the interval; the value itself without one. */
    public double high() {
        return interval == null ? value : interval.high();
    }

    /** Half the width of the interval; NaN without one. */
    public double margin() {
        return interval == null ? Double.NaN : interval.margin();
    }

    /** Name of the metric. */
    public String metric() {
        return protocol.metric();
    }

    /** Name of the measured images, for messages. */
    public String name() {
        return origin == null ? model + " images" : SampleSet.name(model, origin.guidance(), origin.steps());
    }

    public static StructType schema() {
        var schema = new StructType()
                .add("model", DataTypes.StringType, false)
                .add("guidance", DataTypes.DoubleType)
                .add("steps", DataTypes.IntegerType)
                .add("value", DataTypes.DoubleType, false)
                .add("low", DataTypes.DoubleType)
                .add("high", DataTypes.DoubleType);
        for (var field : MetricProtocol.schema().fields()) {
            schema = schema.add(field);
        }
        return schema.add("gamma", DataTypes.DoubleType)
                .add("noise_seed", DataTypes.LongType)
                .add("part", DataTypes.IntegerType);
    }

    /** Cells of a table's row. */
    List<Object> cells() {
        var cells = new ArrayList<Object>();
        cells.add(model);
        cells.add(guidance());
        cells.add(steps());
        cells.add(value);
        cells.add(interval == null ? null : interval.low());
        cells.add(interval == null ? null : interval.high());
        cells.addAll(protocol.values());
        cells.add(origin == null ? null : origin.gamma());
        cells.add(origin == null ? null : origin.seed());
        cells.add(part());
        return cells;
    }

    public Row row() {
        return RowFactory.create(cells().toArray());
    }

    /** Reads all rows of a table. Throws {@link UserError} if it was written by an earlier version, which had fewer columns. */
    public static List<MetricRow> read(Dataset<Row> table) {
        for (var column : schema().fieldNames()) {
            if (!List.of(table.columns()).contains(column)) {
                throw new UserError("cannot read a table of metrics: expected a column " + column + ", got "
                        + List.of(table.columns())
                        + " (the table was written by an earlier version: evaluate again with run.overwrite=true)");
            }
        }
        return table.collectAsList().stream()
                .map(row -> new MetricRow(
                        row.getAs("model"),
                        SampleOrigin.read(row),
                        row.<Double>getAs("value"),
                        interval(row.getAs("low"), row.getAs("high")),
                        MetricProtocol.read(row)))
                .filter(row -> !row.metric().equals(EARLIER_MULTIPLY_ADDS))
                .toList();
    }

    private static Interval interval(Double low, Double high) {
        return low == null ? null : new Interval(low, high);
    }
}
