package io.flowmap.eval.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.median;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.data.SampleSchema;
import io.flowmap.eval.set.SampleSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** Costs of a set of samples, by metric. */
public final class SampleCost {
    private SampleCost() {}

    /**
     * Milliseconds per image: the median over the samples, which is not affected by warm-up in the first batches. Also, if the samples'
     * manifest has them: network evaluations (NFE; a guided teacher takes two per step), parameters (including the weak model's) and
     * multiply-adds per image.
     */
    public static Map<String, Double> of(SparkSession spark, SampleSet samples) {
        var cost = new LinkedHashMap<String, Double>();
        var row = samples.rows(spark)
                .select(median(col(SampleSchema.NANOS).cast("double")), max(col(SampleSchema.MULTIPLY_ADDS)))
                .first();
        cost.put(MetricRow.MILLISECONDS, row.getDouble(0) / 1e6);
        JsonNode network = samples.network();
        if (network.isObject()) {
            cost.put(MetricRow.EVALUATIONS, network.path("evaluations").asDouble() * samples.steps());
            cost.put(MetricRow.PARAMETERS, network.path("parameters").asDouble());
        }
        if (!row.isNullAt(1) && row.getLong(1) > 0) {
            cost.put(MetricRow.MULTIPLY_ADDS, row.getLong(1) / 1e9);
        }
        return cost;
    }
}
