package io.flowmap.distill.train.step;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowmap.distill.train.ema.PowerEma;
import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * How a training runs, whatever its objective; reference.conf documents every key with its unit.
 *
 * @param workers logical workers W: part of the result, unlike the number of executors
 * @param batchPerWorker samples of a worker in a step
 * @param localSteps steps k between two averages
 * @param parameters patterns of the names that are trained; {@code *} alone for all
 * @param steps optimisation steps of the whole training; 0 keeps the initial parameters, normalised
 */
public record TrainingConfig(
        int workers,
        int batchPerWorker,
        int localSteps,
        long steps,
        Average average,
        AdamConfig adam,
        LearningRateConfig learningRate,
        List<Double> emaStds,
        int blockFloats,
        int cacheMegabytes,
        int checkpointEvery,
        int keepCheckpoints,
        int snapshotEvery,
        int metricsEvery,
        GuardConfig guard,
        List<String> parameters)
        implements Serializable {

    /** Keys that a training may be taken up again with another value of: how it is watched and kept, not what it computes. */
    public static final Set<String> OPERATIONAL =
            Set.of("guard", "checkpoint-every", "keep-checkpoints", "metrics-every", "cache-megabytes");

    /** What the workers send. */
    public enum Average {
        /** Gradients of one step; the driver makes the update, as one large batch would. */
        @JsonProperty("gradients")
        GRADIENTS,
        /** Parameters and Adam's moments after k local steps. */
        @JsonProperty("parameters")
        PARAMETERS
    }

    public TrainingConfig {
        atLeast("workers", workers, 1);
        atLeast("batch-per-worker", batchPerWorker, 1);
        atLeast("local-steps", localSteps, 1);
        atLeast("steps", steps, 0);
        atLeast("block-floats", blockFloats, 1024);
        atLeast("cache-megabytes", cacheMegabytes, 1);
        atLeast("checkpoint-every", checkpointEvery, 1);
        atLeast("keep-checkpoints", keepCheckpoints, 1);
        atLeast("snapshot-every", snapshotEvery, 0);
        atLeast("metrics-every", metricsEvery, 1);
        parameters = List.copyOf(parameters);
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException("expected patterns as parameters, [\"*\"] for all, got none");
        }
        emaStds = List.copyOf(emaStds);
        emaStds.forEach(PowerEma::new);
        if (average == Average.GRADIENTS && localSteps > 1) {
            throw new IllegalArgumentException("cannot average gradients: expected local-steps = 1, got " + localSteps
                    + " (use average = parameters)");
        }
    }

    /** Samples that all workers see in one step. */
    public long samplesPerStep() {
        return (long) workers * batchPerWorker;
    }

    public boolean takesSnapshots() {
        return snapshotEvery > 0 && !emaStds.isEmpty();
    }

    private static void atLeast(String key, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    "cannot train with " + key + ": expected at least " + least + ", got " + value);
        }
    }
}
