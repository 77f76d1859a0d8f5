package io.flowmap.eval.set;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.spark.sql.Row;

/**
 * How samples were drawn.
 *
 * @param guidance weight lambda
 * @param steps steps of the sampler
 * @param gamma noise between the flow map's steps, null for a teacher
 * @param seed seed of the noise, null if the samples' manifest has none
 * @param part number of a part of the samples, null for all
 */
public record SampleOrigin(double guidance, int steps, Double gamma, Long seed, Integer part) {
    /**
     * Origin of all samples of a set.
     *
     * @param facts facts of the samples' manifest
     */
    static SampleOrigin of(double guidance, int steps, boolean flowMap, JsonNode facts) {
        var gamma = facts.path("gamma").path(Integer.toString(steps));
        var seed = facts.path("noise-seed");
        return new SampleOrigin(
                guidance,
                steps,
                flowMap && gamma.isNumber() ? (Double) gamma.doubleValue() : null,
                seed.isIntegralNumber() ? (Long) seed.longValue() : null,
                null);
    }

    /** Reads the origin from a table's row; null for real images. */
    public static SampleOrigin read(Row row) {
        Integer steps = row.getAs("steps");
        return steps == null
                ? null
                : new SampleOrigin(
                        row.<Double>getAs("guidance"),
                        steps,
                        row.getAs("gamma"),
                        row.getAs("noise_seed"),
                        row.getAs("part"));
    }

    /** Origin of a part of these samples. */
    public SampleOrigin part(int number) {
        return new SampleOrigin(guidance, steps, gamma, seed, number);
    }
}
