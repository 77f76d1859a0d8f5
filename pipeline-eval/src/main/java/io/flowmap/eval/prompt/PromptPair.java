package io.flowmap.eval.prompt;

import io.flowmap.eval.metric.Bootstrap.Interval;
import io.flowmap.eval.prompt.PromptRow.SetName;
import io.flowmap.eval.prompt.PromptScores.Difference;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Two sets of samples of the same prompts from the same noise, compared sample by sample: a row of the table of pairs.
 *
 * @param metric name of the value that they are compared by
 * @param samples number of pairs of samples
 * @param onlyFirst pairs in which the first set's value is larger: of 0 and 1, those that only the first set has right
 * @param difference mean of the first set's value less the second's
 * @param interval interval of the difference over prompts, null if none was computed
 */
public record PromptPair(
        String metric,
        SetName first,
        SetName second,
        long samples,
        long onlyFirst,
        long onlySecond,
        double difference,
        Interval interval) {
    /** Directory of the Parquet table in the stage. */
    public static final String TABLE = "prompt-pairs";

    static PromptPair of(String metric, SetName first, SetName second, Difference of) {
        return new PromptPair(
                metric, first, second, of.samples(), of.onlyFirst(), of.onlySecond(), of.difference(), of.interval());
    }

    static StructType schema() {
        return new StructType()
                .add("metric", DataTypes.StringType, false)
                .add("model", DataTypes.StringType, false)
                .add("guidance", DataTypes.DoubleType, false)
                .add("steps", DataTypes.IntegerType, false)
                .add("other_model", DataTypes.StringType, false)
                .add("other_guidance", DataTypes.DoubleType, false)
                .add("other_steps", DataTypes.IntegerType, false)
                .add("samples", DataTypes.LongType, false)
                .add("only_first", DataTypes.LongType, false)
                .add("only_second", DataTypes.LongType, false)
                .add("difference", DataTypes.DoubleType, false)
                .add("low", DataTypes.DoubleType)
                .add("high", DataTypes.DoubleType);
    }

    Row row() {
        return RowFactory.create(
                metric,
                first.model(),
                first.guidance(),
                first.steps(),
                second.model(),
                second.guidance(),
                second.steps(),
                samples,
                onlyFirst,
                onlySecond,
                difference,
                interval == null ? null : interval.low(),
                interval == null ? null : interval.high());
    }

    /** Reads all rows of a table. */
    public static List<PromptPair> read(Dataset<Row> table) {
        return table.collectAsList().stream()
                .map(row -> new PromptPair(
                        row.getAs("metric"),
                        new SetName(row.getAs("model"), row.getAs("guidance"), row.getAs("steps")),
                        new SetName(row.getAs("other_model"), row.getAs("other_guidance"), row.getAs("other_steps")),
                        row.<Long>getAs("samples"),
                        row.<Long>getAs("only_first"),
                        row.<Long>getAs("only_second"),
                        row.<Double>getAs("difference"),
                        row.isNullAt(row.fieldIndex("low"))
                                ? null
                                : new Interval(row.<Double>getAs("low"), row.<Double>getAs("high"))))
                .toList();
    }
}
