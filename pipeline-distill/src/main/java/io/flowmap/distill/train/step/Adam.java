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
        update(parameters, gradient, m, v, 0, parameters.length, step, learningRate);
    }

    /** Updates only the elements from {@code from} (inclusive) to {@code to} (exclusive). */
    void update(
            float[] parameters,
            float[] gradient,
            float[] m,
            float[] v,
            int first,
            int end,
            long step,
            double learningRate) {
        double correction1 = 1 - StrictMath.pow(config.beta1(), step + 1);
        double correction2 = 1 - StrictMath.pow(config.beta2(), step + 1);
        float rate = (float) (learningRate / correction1);
        float root = (float) Math.sqrt(correction2);
        Ranges.forEach(
                end - first, (from, to) -> update(parameters, gradient, m, v, first + from, first + to, rate, root));
    }

    private void update(
            float[] parameters, float[] gradient, float[] m, float[] v, int from, int to, float rate, float root) {
        float beta1 = (float) config.beta1();
        float beta2 = (float) config.beta2();
        float rest1 = (float) (1 - config.beta1());
        float rest2 = (float) (1 - config.beta2());
        float epsilon = (float) config.epsilon();
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
