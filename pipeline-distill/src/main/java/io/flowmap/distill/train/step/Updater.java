package io.flowmap.distill.train.step;

import java.io.Serializable;
import java.util.List;

/**
 * Update rule of the flat vector: Adam, with separate constants and schedule for each group of consecutive parameters.
 *
 * @param groups in the order of the vector
 */
public record Updater(List<Group> groups) implements Serializable {
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

    /** Updates parameters and both moments in place. */
    public void update(float[] parameters, float[] gradient, float[] m, float[] v, long step) {
        int from = 0;
        for (var group : groups) {
            int to = from + group.length();
            new Adam(group.adam()).update(parameters, gradient, m, v, from, to, step - group.born(), group.rate(step));
            from = to;
        }
    }
}
