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
        Ranges.forEach(
                parameters.length,
                (from, to) -> update(new Range(parameters, from, gradient, from, m, v, from, to - from), rates));
    }

    /**
     * {@code count} elements to update: the parameters from index {@code p} on, the gradient from {@code g} on, the moments from
     * {@code at} on.
     */
    record Range(float[] parameters, int p, float[] gradient, int g, float[] m, float[] v, int at, int count) {}

    /** Factors of one step: the learning rate over the first correction, and the root of the second. */
    record Rates(float rate, float root) {}

    Rates rates(long step, double learningRate) {
        double correction1 = 1 - StrictMath.pow(config.beta1(), step + 1);
        double correction2 = 1 - StrictMath.pow(config.beta2(), step + 1);
        return new Rates((float) (learningRate / correction1), (float) Math.sqrt(correction2));
    }

    void update(Range range, Rates rates) {
        float beta1 = (float) config.beta1();
        float beta2 = (float) config.beta2();
        float rest1 = (float) (1 - config.beta1());
        float rest2 = (float) (1 - config.beta2());
        float epsilon = (float) config.epsilon();
        float rate = rates.rate;
        float root = rates.root;
        float[] parameters = range.parameters;
        float[] gradient = range.gradient;
        float[] m = range.m;
        float[] v = range.v;
        int p = range.p;
        int from = range.g;
        int at = range.at;
        for (int i = 0; i < range.count; i++) {
            float g = gradient[from + i];
            float first = beta1 * m[at + i] + rest1 * g;
            float second = beta2 * v[at + i] + rest2 * g * g;
            m[at + i] = first;
            v[at + i] = second;
            parameters[p + i] -= rate * first / ((float) Math.sqrt(second) / root + epsilon);
        }
    }
}
