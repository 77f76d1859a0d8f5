package io.flowmap.distill.train.step;

import io.flowmap.tensor.Ranges;

/**
 * Adam on flat float32 arrays (Kingma and Ba, Algorithm 1, with PyTorch's rounding): m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2, p = p
 * - lr/(1-b1^t) m / (sqrt(v)/sqrt(1-b2^t) + eps). Plain float arithmetic gives the same bits on every machine.
 */
public record Adam(AdamConfig config) {
    /**
     * Updates parameters and both moments in place.
     *
     * @param step number of the step from 0; the bias corrections use t = step + 1
     */
    public void update(float[] parameters, float[] gradient, float[] m, float[] v, long step, double learningRate) {
        var rates = rates(step, learningRate);
        Ranges.forEach(parameters.length, (from, to) -> update(parameters, gradient, m, v, from, to, rates));
    }

    /** Factors of one step: the learning rate over the first correction, and the root of the second. */
    record Rates(float rate, float root) {}

    Rates rates(long step, double learningRate) {
        double correction1 = 1 - StrictMath.pow(config.beta1(), step + 1);
        double correction2 = 1 - StrictMath.pow(config.beta2(), step + 1);
        return new Rates((float) (learningRate / correction1), (float) Math.sqrt(correction2));
    }

    /** Updates the elements from {@code from} (inclusive) to {@code to} (exclusive). With one index for all arrays, the loop is vectorised. */
    void update(float[] parameters, float[] gradient, float[] m, float[] v, int from, int to, Rates rates) {
        float beta1 = (float) config.beta1();
        float beta2 = (float) config.beta2();
        float rest1 = (float) (1 - config.beta1());
        float rest2 = (float) (1 - config.beta2());
        float epsilon = (float) config.epsilon();
        float rate = rates.rate;
        float root = rates.root;
        for (int i = from; i < to; i++) {
            float g = gradient[i];
            float first = beta1 * m[i] + rest1 * g;
            float second = beta2 * v[i] + rest2 * g * g;
            m[i] = first;
            v[i] = second;
            parameters[i] -= rate * first / ((float) Math.sqrt(second) / root + epsilon);
        }
    }
}
