package io.flowmap.distill.sample;

import io.flowmap.config.UserError;
import io.flowmap.data.LiteralPath;
import io.flowmap.data.SampleSchema;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageOutput;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Samples of an earlier, smaller output that a larger one reuses. Sample i does not depend on how many are drawn, so the result has the
 * same bits as drawing all samples at once.
 *
 * @param dir of the smaller output
 * @param count its samples for each model, guidance weight and number of steps
 */
record EarlierSamples(Path dir, int count) {
    /** Settings of {@code generate} in which the two outputs may differ. */
    private static final Set<String> OWN = Set.of("samples", "top-up", "grid-rows", "page");

    /** Reads {@code generate.top-up}. Throws {@link UserError} unless it has fewer samples with the same models, settings and inputs. */
    static EarlierSamples of(JobContext context, GenerateConfig config, StageOutput output) {
        var path = new Path(config.topUp());
        var manifest = output.sameButFor(path, OWN);
        int count = manifest.config().at("/generate/samples").asInt();
        if (count >= config.samples()) {
            throw new UserError("cannot top up " + path + ": expected fewer samples than generate.samples = "
                    + config.samples() + ", got " + count);
        }
        return new EarlierSamples(path, count);
    }

    /** The rows of a model, read with schema {@code type}. */
    Dataset<Row> rows(JobContext context, String model, StructType type) {
        return context.spark()
                .read()
                .schema(type)
                .parquet(LiteralPath.of(new Path(dir, SampleSchema.MODEL + "=" + model)));
    }
}
