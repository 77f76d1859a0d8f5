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
    private static final int PIECE = 1 << 11;

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

        private Adam.Rates rates(long step) {
            return new Adam(adam).rates(step - born, rate(step));
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
     * Updates a range of the parameters and of both moments in place, in pieces that stay in the cache.
     *
     * @param from first element of the range
     * @param gradient of the elements of the range
     */
    public void update(Floats parameters, int from, float[] gradient, Floats m, Floats v, long step) {
        int end = from + gradient.length;
        int first = 0;
        for (var group : groups) {
            int last = Math.min(end, first + group.length());
            if (first < end && last > from) {
                var piece = new Piece(new Adam(group.adam()), group.rates(step));
                for (int at = Math.max(from, first); at < last; at += PIECE) {
                    int count = Math.min(PIECE, last - at);
                    System.arraycopy(gradient, at - from, piece.gradient, 0, count);
                    piece.update(parameters, m, v, at, count);
                }
            }
            first += group.length();
        }
    }

    /** Copies of {@link #PIECE} elements. */
    private static final class Piece {
        private final Adam adam;
        private final Adam.Rates rates;
        private final float[] parameters = new float[PIECE];
        private final float[] gradient = new float[PIECE];
        private final float[] m = new float[PIECE];
        private final float[] v = new float[PIECE];

        Piece(Adam adam, Adam.Rates rates) {
            this.adam = adam;
            this.rates = rates;
        }

        void update(Floats allParameters, Floats allM, Floats allV, int at, int count) {
            allParameters.get(at, parameters, 0, count);
            allM.get(at, m, 0, count);
            allV.get(at, v, 0, count);
            adam.update(parameters, gradient, m, v, 0, count, rates);
            allParameters.put(at, parameters, 0, count);
            allM.put(at, m, 0, count);
            allV.put(at, v, 0, count);
        }
    }
}
