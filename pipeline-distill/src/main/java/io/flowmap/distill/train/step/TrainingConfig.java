package io.flowmap.distill.train.step;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowmap.distill.train.ema.PowerEma;
import io.flowmap.nn.Precision;
import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * Training settings common to all objectives; reference.conf documents every key with its unit.
 *
 * @param workers logical workers W; unlike the number of executors, they affect the result
 * @param batchPerWorker samples per worker and step
 * @param localSteps steps k between two averages
 * @param parameters patterns for the names of trained parameters; {@code *} alone means all
 * @param splits patterns for the names of the data's splits that are trained on
 * @param precision type of matrix products and convolutions
 * @param activationCheckpointing whether blocks compute their activations again in the reverse pass instead of keeping them
 * @param steps optimisation steps of the whole training; 0 keeps the initial parameters, normalised
 */
public record TrainingConfig(
        int workers,
        int batchPerWorker,
        int localSteps,
        long steps,
        Average average,
        Precision precision,
        boolean activationCheckpointing,
        AdamConfig adam,
        LearningRateConfig learningRate,
        List<Double> emaStds,
        int blockFloats,
        int cacheMegabytes,
        ProgramsConfig programs,
        int checkpointEvery,
        int keepCheckpoints,
        int snapshotEvery,
        int metricsEvery,
        MonitorConfig monitor,
        GuardConfig guard,
        List<String> parameters,
        List<String> splits)
        implements Serializable {

    /** Keys whose value may change when a training is resumed: they affect monitoring and storage, not the result. */
    public static final Set<String> OPERATIONAL = Set.of(
            "activation-checkpointing",
            "programs",
            "guard",
            "checkpoint-every",
            "keep-checkpoints",
            "metrics-every",
            "monitor",
            "cache-megabytes");

    /** What the workers send to be averaged. */
    public enum Average {
        /** Gradients of one step. The driver applies the update, which is equivalent to one large batch. */
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
        splits = List.copyOf(splits);
        if (splits.isEmpty()) {
            throw new IllegalArgumentException("expected patterns as splits, got none");
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
