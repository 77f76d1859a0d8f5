package io.flowmap.bench.step;

/**
 * Constants of the AYF-EMD step.
 *
 * @param sigmaData standard deviation of the data
 * @param warmup r, weight of the tangent, in [0,1]
 * @param normalisation c in ghat = g / (||g|| + c)
 * @param learningRate of Adam with beta (0.9, 0.999) and epsilon 1e-8
 */
public record StepConfig(double sigmaData, double warmup, double normalisation, double learningRate) {
    public static StepConfig standard() {
        return new StepConfig(0.5, 0.99, 0.1, 5e-4);
    }
}
