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
 * One measured value: one row of the table of metrics.
 *
 * @param model "teacher", "student", or the split of real images
 * @param origin how the samples were drawn, null for real images
 * @param interval of the value, null where none was taken
 * @param protocol what the value depends on beside
 */
public record MetricRow(String model, SampleOrigin origin, double value, Interval interval, MetricProtocol protocol) {
    /** What the name of a Frechet distance begins with. */
    public static final String FRECHET = "FD-";

    public static final String PRECISION = "precision-";
    public static final String RECALL = "recall-";
    public static final String DENSITY = "density-";
    public static final String COVERAGE = "coverage-";
    /** What the name of a deviation of subsets ends with. */
    public static final String DEVIATION = "-deviation";

    public static final String CLASS_ACCURACY = "class-accuracy-";
    public static final String MILLISECONDS = "milliseconds-per-image";
    public static final String EVALUATIONS = "NFE";
    public static final String PARAMETERS = "parameters";
    /** Billions; a multiply-add counts once, as in EDM2's "Gflops". */
    public static final String MULTIPLY_ADDS = "giga-multiply-adds-per-image";

    /** Of earlier versions, which counted others and each twice: no longer read. */
    private static final String EARLIER_MULTIPLY_ADDS = "GFLOPs-per-image";
    /** What is no quality. */
    static final List<String> COSTS = List.of(EVALUATIONS, PARAMETERS, MULTIPLY_ADDS, MILLISECONDS);

    /** Directory of the Parquet table in the stage. */
    public static final String TABLE = "table";

    /** Of a set of samples, or of real images where there is none. */
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

    /** Part of the set, null for all of it. */
    public Integer part() {
        return origin == null ? null : origin.part();
    }

    /** Whether the value is of all classes together and of all of the set. */
    public boolean isOfAll() {
        return protocol.label() == null && part() == null;
    }

    /** Lower end of the interval; the value without one. */
    public double low() {
        return interval == null ? value : interval.low();
    }

    /** Upper end of the interval; the value without one. */
    public double high() {
        return interval == null ? value : interval.high();
    }

    /** Half the width of the interval; NaN without one. */
    public double margin() {
        return interval == null ? Double.NaN : interval.margin();
    }

    /** Name of what is measured. */
    public String metric() {
        return protocol.metric();
    }

    /** Whose value it is, in words. */
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

    /** The cells of a table's row. */
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

    /** All rows of a table. Throws {@link UserError} where it is of an earlier version, which had fewer columns. */
    public static List<MetricRow> read(Dataset<Row> table) {
        for (var column : schema().fieldNames()) {
            if (!List.of(table.columns()).contains(column)) {
                throw new UserError("cannot read a table of metrics: expected a column " + column + ", got "
                        + List.of(table.columns())
                        + " (of an earlier version: evaluate again with run.overwrite=true)");
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
