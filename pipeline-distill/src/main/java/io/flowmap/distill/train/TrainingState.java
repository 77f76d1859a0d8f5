package io.flowmap.distill.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.checkpoint.Checkpoint;
import io.flowmap.config.Json;
import io.flowmap.distill.train.average.RoundTicket;
import io.flowmap.distill.train.ema.PowerEma;
import io.flowmap.distill.train.step.FlatArray;
import io.flowmap.tensor.Floats;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The complete state of a training. Rounds overwrite its vectors.
 *
 * @param parameters [P]
 * @param firstMoment Adam's first moment [P]
 * @param secondMoment Adam's second moment [P]
 * @param averages power-function averages of the parameters, in the order of the configured stds
 * @param counters step numbers and other scalar state
 */
record TrainingState(
        FlatArray parameters, float[] firstMoment, float[] secondMoment, List<float[]> averages, Counters counters) {
    static final String PARAMETERS = "parameters";
    static final String FIRST_MOMENT = "adam-m";
    static final String SECOND_MOMENT = "adam-v";

    /**
     * Scalar state of a training.
     *
     * @param round rounds done
     * @param step steps done
     * @param sampleOffset samples drawn for steps that were rolled back
     * @param rollbacks rollbacks so far
     * @param guard memory of the guard
     * @param library native library and threads of the rounds so far; null before the first
     */
    record Counters(long round, long step, long sampleOffset, int rollbacks, Guard.Memory guard, String library) {
        Counters next(RoundTicket ticket, Guard.Memory memory, String usedLibrary) {
            return new Counters(round + 1, step + ticket.steps(), sampleOffset, rollbacks, memory, usedLibrary);
        }

        Counters rolledBack(long offset, int count) {
            return new Counters(round, step, offset, count, guard, library);
        }
    }

    /** The state at the start of a training. It uses the start's vectors without copying them, except the parameters. */
    static TrainingState of(TrainingStart start, FlatArray parameters, long samplesPerStep) {
        parameters.copyFrom(Floats.of(start.parameters()));
        long offset = start.samples() - start.step() * samplesPerStep;
        var counters = new Counters(start.round(), start.step(), offset, 0, Guard.Memory.EMPTY, null);
        return new TrainingState(parameters, start.firstMoment(), start.secondMoment(), start.averages(), counters);
    }

    /** Roles that a checkpoint must hold to be continued with averages of these widths. */
    static List<String> continuedRoles(List<Double> stds) {
        return Stream.concat(
                        Stream.of(PARAMETERS, FIRST_MOMENT, SECOND_MOMENT),
                        stds.stream().map(std -> new PowerEma(std).role()))
                .toList();
    }

    /** A stored state. It uses the checkpoint's vectors without copying them, except the parameters. */
    static TrainingState of(Checkpoint checkpoint, FlatArray parameters, List<Double> stds) {
        parameters.copyFrom(Floats.of(checkpoint.vector(PARAMETERS)));
        return new TrainingState(
                parameters,
                checkpoint.vector(FIRST_MOMENT),
                checkpoint.vector(SECOND_MOMENT),
                averages(checkpoint, stds),
                counters(checkpoint));
    }

    static List<float[]> averages(Checkpoint checkpoint, List<Double> stds) {
        return stds.stream()
                .map(std -> checkpoint.vector(new PowerEma(std).role()))
                .toList();
    }

    static Counters counters(Checkpoint checkpoint) {
        try {
            return Json.mapper().treeToValue(checkpoint.state(), Counters.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "cannot resume from step " + checkpoint.step() + ": expected a training's state, got "
                            + checkpoint.state(),
                    e);
        }
    }

    Map<String, Floats> roles(List<Double> stds) {
        var roles = averageRoles(stds);
        roles.put(PARAMETERS, parameters);
        roles.put(FIRST_MOMENT, Floats.of(firstMoment));
        roles.put(SECOND_MOMENT, Floats.of(secondMoment));
        return roles;
    }

    Map<String, Floats> averageRoles(List<Double> stds) {
        var roles = new TreeMap<String, Floats>();
        for (int i = 0; i < averages.size(); i++) {
            roles.put(new PowerEma(stds.get(i)).role(), Floats.of(averages.get(i)));
        }
        return roles;
    }

    JsonNode numbers() {
        return Json.mapper().valueToTree(counters);
    }

    TrainingState with(Counters newCounters) {
        return new TrainingState(parameters, firstMoment, secondMoment, averages, newCounters);
    }
}
