package io.flowmap.distill.prepare;

import io.flowmap.data.TrainingSplits;
import io.flowmap.model.StoredModel;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageNames;
import io.flowmap.tensor.Mergeable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.util.SerializableConfiguration;

/** Measures velocity networks against the exact change of variables of an imported one, and stores the table. */
final class VelocityErrors {
    private final JobContext context;
    private final TrainingSplits data;
    private final MeasureConfig config;
    private final long seed;
    private final List<VelocityError> rows = new ArrayList<>();

    VelocityErrors(JobContext context, TrainingSplits data, MeasureConfig config, long seed) {
        this.context = context;
        this.data = data;
        this.config = config;
        this.seed = seed;
    }

    List<VelocityError> rows() {
        return rows;
    }

    /** Adds the rows of a phase's networks: one for each bin of t, and one for all t. */
    void add(String network, String phase, StoredModel imported, List<StoredModel> candidates) {
        var sums = sums(imported, candidates);
        for (int i = 0; i < candidates.size(); i++) {
            String role = candidates.get(i).role();
            for (int bin = 0; bin < MeasureConfig.BINS; bin++) {
                double from = VelocityPoints.edge(bin);
                tell(network, phase, role, from, VelocityPoints.edge(bin + 1), sums[i][bin]);
            }
            var all = Mergeable.merged(List.of(sums[i]));
            tell(network, phase, role, VelocityPoints.edge(0), VelocityPoints.edge(MeasureConfig.BINS), all);
        }
    }

    private void tell(String network, String phase, String role, double from, double to, VelocitySums sums) {
        var row = new VelocityError(network, phase, role, from, to, sums.relativeError(), sums.loss());
        rows.add(row);
        context.progress().phase("prepare-teacher", row.facts());
    }

    /** Adds the sums of batches in batch order, whichever executor computed them. */
    private VelocitySums[][] sums(StoredModel imported, List<StoredModel> candidates) {
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        var hadoop = spark.broadcast(new SerializableConfiguration(context.hadoop()));
        var task = new VelocityTask(
                imported,
                List.copyOf(candidates),
                context.stage(StageNames.DATA).toString(),
                data.like(imported.spec().shape()).split(),
                config,
                seed);
        var batches = IntStream.range(0, config.batches()).boxed().toList();
        int slices = Math.min(batches.size(), spark.defaultParallelism());
        var total = new VelocitySums[candidates.size()][MeasureConfig.BINS];
        Arrays.stream(total).forEach(bins -> Arrays.fill(bins, VelocitySums.ZERO));
        for (VelocitySums[][] batch : spark.parallelize(batches, slices)
                .mapPartitions(part -> task.sums(part, hadoop.value().value()))
                .collect()) {
            for (int i = 0; i < total.length; i++) {
                for (int bin = 0; bin < MeasureConfig.BINS; bin++) {
                    total[i][bin] = total[i][bin].merge(batch[i][bin]);
                }
            }
        }
        return total;
    }

    /** Writes the table as Parquet. */
    void write(Path dir) {
        var values = rows.stream().map(VelocityError::row).toList();
        context.spark()
                .createDataFrame(values, VelocityError.schema())
                .coalesce(1)
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(dir.toString());
    }
}
