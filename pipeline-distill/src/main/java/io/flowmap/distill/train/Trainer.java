package io.flowmap.distill.train;

import io.flowmap.config.UserError;
import io.flowmap.distill.train.ema.Averages;
import io.flowmap.distill.train.executor.ExecutorSlots;
import io.flowmap.distill.train.executor.LocalSteps;
import io.flowmap.distill.train.log.TrainingLog;
import io.flowmap.distill.train.memory.TrainingMemory;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.FlatArray;
import io.flowmap.distill.train.step.ObjectiveFactory;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.stage.JobContext;
import io.flowmap.tensor.ParameterLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Trains a flat parameter vector on Spark: rounds of local steps on W logical workers, averaged block by block, with Adam, a
 * learning-rate schedule, power-function averages, a guard, a table of rounds and checkpoints.
 *
 * <p>The result depends on seed, configuration, data and objective. It does not depend on executors, lost tasks, or how often the
 * driver was stopped and resumed. The directory holds the checkpoints ({@code step-*}) and the table of rounds ({@code training/}).
 */
public final class Trainer {
    private final JobContext context;
    private final ObjectiveFactory objective;
    private final BlockSource data;
    private final TrainingConfig config;
    private final Path dir;
    private final Watch watch;
    private final Monitor monitor;

    /** A training that writes to {@code dir}, or resumes from its last checkpoint. */
    public Trainer(JobContext context, ObjectiveFactory objective, BlockSource data, TrainingConfig config, Path dir) {
        this(context, objective, data, config, dir, null, null);
    }

    /**
     * A training that is looked at.
     *
     * @param watch null for none
     * @param monitor null for none
     */
    public Trainer(
            JobContext context,
            ObjectiveFactory objective,
            BlockSource data,
            TrainingConfig config,
            Path dir,
            Watch watch,
            Monitor monitor) {
        this.context = context;
        this.objective = objective;
        this.data = data;
        this.config = config;
        this.dir = dir;
        this.watch = watch;
        this.monitor = monitor;
    }

    /** Says what the training will hold, and throws {@link UserError} if that is too much. */
    private void planMemory(int length) {
        var plan = TrainingMemory.of(context.spark().sparkContext(), config.workers())
                .plan(length, config, objective.sizes(context.hadoop(), config, data), data);
        context.progress().phase("memory", plan.holdings());
        if (data.hasBuckets()) {
            var buckets = new LinkedHashMap<String, Long>();
            data.buckets().forEach(bucket -> buckets.put(bucket.name(), bucket.count()));
            context.progress().phase("buckets", buckets);
        }
        plan.requireFits();
    }

    private List<String> measures() {
        var names = new ArrayList<>(objective.measures());
        if (monitor != null) {
            names.add(Monitor.QUANTITY);
        }
        if (watch != null) {
            names.add(watch.quantity());
        }
        return names;
    }

    /**
     * Trains to the last step, from the last checkpoint if there is one.
     *
     * @param initial parameters at step 0 [P], asked for once if there is no checkpoint
     * @throws UserError if the training diverges, or a checkpoint does not fit the layout
     */
    public TrainedModel train(Supplier<float[]> initial, ParameterLayout layout) {
        return train(
                0, () -> TrainingStart.fresh(initial.get(), config.emaStds().size()), layout);
    }

    /**
     * Trains {@code config.steps} steps from {@code start}, which may be the end of another training. Overwrites the moments and averages
     * of {@code start}.
     */
    public TrainedModel train(TrainingStart start, ParameterLayout layout) {
        return train(start.step(), () -> start, layout);
    }

    private TrainedModel train(long firstStep, Supplier<TrainingStart> start, ParameterLayout layout) {
        int length = Math.toIntExact(layout.length());
        planMemory(length);
        var work = LocalSteps.of(
                objective,
                data,
                config,
                objective.updater(config, length, firstStep),
                new SerializableConfiguration(context.hadoop()));
        var averages = new Averages(config.emaStds());
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        try (var parameters = new FlatArray(length);
                var rounds = new Rounds(spark, work, parameters, averages, context.hadoop())) {
            var buckets = data.buckets().stream().map(BlockSource.Bucket::name).toList();
            var log = new TrainingLog(
                    context.hadoop(), new Path(dir, "training"), config.metricsEvery(), measures(), buckets);
            var archive = new TrainingArchive(context.hadoop(), dir, layout, objective.frozen(), config, log);
            return new TrainingLoop(context, config, rounds, averages, archive, log, watch, monitor)
                    .run(parameters, firstStep, start);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("cannot close a training", e);
        } finally {
            ExecutorSlots.ofThisJvm().release(work.key());
        }
    }
}
