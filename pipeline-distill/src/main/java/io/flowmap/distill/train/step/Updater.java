package io.flowmap.distill.train.step;

import io.flowmap.tensor.Floats;
import java.io.Serializable;
import java.util.List;

/**
 * Update rule of the flat vector: Adam, with separate constants and schedule for each group of consecutive parameters.
 *
 * @param groups in the order of the vector
 */
public record Updater(List<Group> groups) implements Serializable {
    /** Elements updated at a time. They stay in the cache. */
    private static final int PIECE = 1 << 14;

    /**
     * Parameters with the same update rule.
     *
     * @param length number of parameters in the group
     * @param adam constants
     * @param learningRate schedule
     * @param start step at which the schedule begins
     * @param steps length of the schedule
     * @param born step at which the moments were zero
     */
    public record Group(int length, AdamConfig adam, LearningRateConfig learningRate, long start, long steps, long born)
            implements Serializable {
        public double rate(long step) {
            return learningRate.at(step - start, steps);
        }
    }

    public Updater {
        groups = List.copyOf(groups);
    }

    /** A single group with the training's own constants. Its schedule begins at {@code start}; its moments may be older. */
    public static Updater of(TrainingConfig config, int length, long start) {
        return new Updater(List.of(new Group(length, config.adam(), config.learningRate(), start, config.steps(), 0)));
    }

    /** The first group's learning rate. */
    public double rate(long step) {
        return groups.get(0).rate(step);
    }

    /**
     * Updates a range of the parameters and of both moments in place.
     *
     * @param from first element of the range
     * @param gradient of the elements of the range
     */
    public void update(Floats parameters, int from, float[] gradient, float[] m, float[] v, long step) {
        var values = new float[Math.min(PIECE, gradient.length)];
        int end = from + gradient.length;
        int first = 0;
        for (var group : groups) {
            var adam = new Adam(group.adam());
            var rates = adam.rates(step - group.born(), group.rate(step));
            int last = Math.min(end, first + group.length());
            for (int at = Math.max(from, first); at < last; at += values.length) {
                int count = Math.min(values.length, last - at);
                parameters.get(at, values, 0, count);
                adam.update(new Adam.Range(values, 0, gradient, at - from, m, v, at, count), rates);
                parameters.put(at, values, 0, count);
            }
            first += group.length();
        }
    }
}
