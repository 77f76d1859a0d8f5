package io.flowmap.distill.prepare;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A row of the table of velocity errors.
 *
 * @param network main or weak
 * @param phase phase of the preparation: imported, aligned, finetuned
 * @param role vector of the phase's checkpoint
 * @param from smallest time t
 * @param to largest time t
 * @param relativeError ||v - v_exact|| / ||v_exact|| over all samples at these times
 * @param loss flow matching loss at these times, mean of (v - (z - x_0))^2
 */
record VelocityError(
        String network, String phase, String role, double from, double to, double relativeError, double loss) {
    private static final List<String> NUMBERS = List.of("from", "to", "relative_error", "loss");

    static StructType schema() {
        var type = new StructType()
                .add("network", DataTypes.StringType)
                .add("phase", DataTypes.StringType)
                .add("role", DataTypes.StringType);
        for (String column : NUMBERS) {
            type = type.add(column, DataTypes.DoubleType);
        }
        return type;
    }

    Row row() {
        return RowFactory.create(network, phase, role, from, to, relativeError, loss);
    }

    /** The row as a log line. */
    Map<String, Object> facts() {
        var facts = new TreeMap<String, Object>(Map.of(
                "network", network, "phase", phase, "role", role, "relative_error", relativeError, "loss", loss));
        facts.put("t", String.format(Locale.ROOT, "%.3f..%.3f", from, to));
        return facts;
    }
}
