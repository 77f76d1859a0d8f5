package io.flowmap.eval.prompt;

import io.flowmap.eval.prompt.PromptTally.SetTally;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What the samples of a set show of one prompt: a row of the table of prompts.
 *
 * @param protocol name of the measure
 * @param group group of the prompt, null for none
 * @param set whose samples
 * @param samples number of samples
 * @param values means over the samples, by the name of the value; without those that the prompt does not ask for
 */
public record PromptRow(
        String protocol, String prompt, String group, SetName set, int samples, Map<String, Double> values) {
    /** Directory of the Parquet table in the stage. */
    public static final String TABLE = "prompts";

    static PromptRow of(PromptMeasure measure, String prompt, SetName set, SetTally tally) {
        var values = new LinkedHashMap<String, Double>();
        for (int value = 0; value < tally.counts().length; value++) {
            if (tally.counts()[value] > 0) {
                values.put(measure.values().get(value), tally.totals()[value] / tally.counts()[value]);
            }
        }
        return new PromptRow(measure.name(), prompt, measure.group(prompt), set, tally.samples(), values);
    }

    /**
     * A set of images.
     *
     * @param model "teacher", "student", or the split of real images
     * @param guidance null for real images
     * @param steps null for real images
     */
    public record SetName(String model, Double guidance, Integer steps) {}

    static StructType schema() {
        return new StructType()
                .add("protocol", DataTypes.StringType, false)
                .add("prompt", DataTypes.StringType, false)
                .add("group", DataTypes.StringType)
                .add("model", DataTypes.StringType, false)
                .add("guidance", DataTypes.DoubleType)
                .add("steps", DataTypes.IntegerType)
                .add("samples", DataTypes.IntegerType, false)
                .add("values", DataTypes.createMapType(DataTypes.StringType, DataTypes.DoubleType, false), false);
    }

    Row row() {
        return RowFactory.create(protocol, prompt, group, set.model, set.guidance, set.steps, samples, values);
    }

    /** Reads all rows of a table. */
    public static List<PromptRow> read(Dataset<Row> table) {
        return table.collectAsList().stream()
                .map(row -> new PromptRow(
                        row.getAs("protocol"),
                        row.getAs("prompt"),
                        row.getAs("group"),
                        new SetName(row.getAs("model"), row.getAs("guidance"), row.getAs("steps")),
                        row.<Integer>getAs("samples"),
                        Map.copyOf(row.<String, Double>getJavaMap(row.fieldIndex("values")))))
                .toList();
    }
}
