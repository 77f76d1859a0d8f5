package io.flowmap.distill.train;

import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.config.UserError;
import io.flowmap.tensor.ParameterLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The start of a training: new parameters, or the end of another training.
 *
 * @param parameters [P]
 * @param firstMoment Adam's first moment [P]
 * @param secondMoment Adam's second moment [P]
 * @param averages power-function averages in the order of the configured widths, [P] each
 * @param step steps done
 * @param round rounds done
 * @param samples samples drawn
 */
public record TrainingStart(
        float[] parameters,
        float[] firstMoment,
        float[] secondMoment,
        List<float[]> averages,
        long step,
        long round,
        long samples) {

    /**
     * A start at step 0 with these parameters. The moments are zero; what the averages hold does not matter, since their first update
     * overwrites them, so that the first one takes the place of {@code initial}.
     */
    static TrainingStart fresh(float[] initial, int averages) {
        int length = initial.length;
        var unset = Stream.concat(Stream.of(initial), Stream.generate(() -> new float[length]))
                .limit(averages)
                .toList();
        return new TrainingStart(initial, new float[length], new float[length], unset, 0, 0, 0);
    }

    /**
     * The end of a finished training. Throws {@link UserError} if its last checkpoint lacks a vector (averages alone cannot be
     * continued) or has another layout.
     *
     * @param emaStds widths of the averages to continue
     * @param samplesPerStep samples that a step of that training drew
     */
    public static TrainingStart after(
            Configuration hadoop, Path dir, ParameterLayout layout, List<Double> emaStds, long samplesPerStep) {
        var store = CheckpointStore.open(hadoop, dir);
        TrainingState.continuedRoles(emaStds).forEach(store::requireFinal);
        var checkpoint = store.loadFinal();
        if (!checkpoint.layout().equals(layout)) {
            throw new UserError("cannot continue the training in " + dir + ": expected " + layout.length()
                    + " parameters of the network, got a checkpoint with another layout");
        }
        var counters = TrainingState.counters(checkpoint);
        return new TrainingStart(
                checkpoint.vector(TrainingState.PARAMETERS),
                checkpoint.vector(TrainingState.FIRST_MOMENT),
                checkpoint.vector(TrainingState.SECOND_MOMENT),
                TrainingState.averages(checkpoint, emaStds),
                counters.step(),
                counters.round(),
                counters.step() * samplesPerStep + counters.sampleOffset());
    }

    /** The same start with new parameters appended; their moments are zero. */
    public TrainingStart with(float[] more) {
        int zeros = more.length;
        return new TrainingStart(
                concatenated(parameters, more),
                concatenated(firstMoment, new float[zeros]),
                concatenated(secondMoment, new float[zeros]),
                averages.stream().map(average -> concatenated(average, more)).toList(),
                step,
                round,
                samples);
    }

    private static float[] concatenated(float[] first, float[] second) {
        var both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
