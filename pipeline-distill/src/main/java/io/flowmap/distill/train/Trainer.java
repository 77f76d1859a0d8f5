package io.flowmap.distill.train;

import io.flowmap.checkpoint.ParameterLayout;
import io.flowmap.job.JobContext;
import io.flowmap.job.UserError;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Trains a flat parameter vector on Spark: rounds of local steps on W logical workers, averaged block by block (HOUSE: logical workers),
 * with Adam, a learning-rate schedule, power-function averages, a guard, a table of rounds and checkpoints.
 *
 * <p>The result depends on seed, configuration, data and objective; not on executors, lost tasks, or how often the driver was
 * stopped and resumed. Below the directory lie the checkpoints ({@code step-*}) and {@code training/}, the table of rounds.
 */
public final class Trainer {
    private final JobContext context;
    private final ObjectiveFactory objective;
    private final BlockSource data;
    private final TrainingConfig config;
    private final Path dir;

    /** A training that writes below {@code dir}, or goes on with what is there. */
    public Trainer(JobContext context, ObjectiveFactory objective, BlockSource data, TrainingConfig config, Path dir) {
        this.context = context;
        this.objective = objective;
        this.data = data;
        this.config = config;
        this.dir = dir;
    }

    /**
     * Trains to the last step, from the last checkpoint if there is one.
     *
     * @param initial parameters at step 0 [P], unchanged
     * @throws UserError if the training diverges, or a checkpoint does not fit the layout
     */
    public TrainedModel train(float[] initial, ParameterLayout layout) {
        if (initial.length != layout.length()) {
            throw new IllegalArgumentException(
                    "cannot train " + initial.length + " parameters: expected " + layout.length() + " by the layout");
        }
        var work = new LocalSteps(
                objective, data, config, objective.seed(), new SerializableConfiguration(context.hadoop()));
        var averages = new Averages(config.emaStds());
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        try (var rounds = new Rounds(spark, work, initial.length, averages, context.hadoop())) {
            var log = new TrainingLog(context.hadoop(), new Path(dir, "training"), config.metricsEvery());
            var archive = new TrainingArchive(context.hadoop(), dir, layout, config, log);
            return new TrainingLoop(context, config, rounds, averages, archive, log).run(initial);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("cannot close a training", e);
        } finally {
            ExecutorSlots.ofThisJvm().release(work.key());
        }
    }
}
