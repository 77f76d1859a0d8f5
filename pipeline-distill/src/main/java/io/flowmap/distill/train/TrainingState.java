package io.flowmap.distill.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.checkpoint.Checkpoint;
import io.flowmap.config.Json;
import io.flowmap.distill.train.average.RoundTicket;
import io.flowmap.distill.train.ema.PowerEma;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The complete state of a training.
 *
 * @param vectors parameters, Adam's first and second moment, each [P]
 * @param averages power-function averages of the parameters, in the order of the configured stds
 * @param counters step numbers and other scalar state
 */
public record TrainingState(float[][] vectors, List<float[]> averages, Counters counters) {
    static final String PARAMETERS = "parameters";
    private static final String FIRST_MOMENT = "adam-m";
    private static final String SECOND_MOMENT = "adam-v";

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

    /** The state at the start of a training; it uses the start's vectors without copying them. */
    static TrainingState of(TrainingStart start, long samplesPerStep) {
        var vectors = new float[][] {start.parameters(), start.firstMoment(), start.secondMoment()};
        long offset = start.samples() - start.step() * samplesPerStep;
        var counters = new Counters(start.round(), start.step(), offset, 0, Guard.Memory.EMPTY, null);
        return new TrainingState(vectors, start.averages(), counters);
    }

    /** Roles that a checkpoint must hold to be continued with averages of these widths. */
    static List<String> continuedRoles(List<Double> stds) {
        return Stream.concat(
                        Stream.of(PARAMETERS, FIRST_MOMENT, SECOND_MOMENT),
                        stds.stream().map(std -> new PowerEma(std).role()))
                .toList();
    }

    static TrainingState of(Checkpoint checkpoint, List<Double> stds) {
        var vectors = new float[][] {
            checkpoint.vector(PARAMETERS), checkpoint.vector(FIRST_MOMENT), checkpoint.vector(SECOND_MOMENT)
        };
        var averages = stds.stream()
                .map(std -> checkpoint.vector(new PowerEma(std).role()))
                .toList();
        try {
            var counters = Json.mapper().treeToValue(checkpoint.state(), Counters.class);
            return new TrainingState(vectors, averages, counters);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "cannot resume from step " + checkpoint.step() + ": expected a training's state, got "
                            + checkpoint.state(),
                    e);
        }
    }

    Map<String, float[]> roles(List<Double> stds) {
        var roles = averageRoles(stds);
        roles.put(PARAMETERS, vectors[0]);
        roles.put(FIRST_MOMENT, vectors[1]);
        roles.put(SECOND_MOMENT, vectors[2]);
        return roles;
    }

    Map<String, float[]> averageRoles(List<Double> stds) {
        var roles = new TreeMap<String, float[]>();
        for (int i = 0; i < averages.size(); i++) {
            roles.put(new PowerEma(stds.get(i)).role(), averages.get(i));
        }
        return roles;
    }

    JsonNode numbers() {
        return Json.mapper().valueToTree(counters);
    }

    TrainingState with(float[][] newVectors, Counters newCounters) {
        return new TrainingState(newVectors, averages, newCounters);
    }
}
