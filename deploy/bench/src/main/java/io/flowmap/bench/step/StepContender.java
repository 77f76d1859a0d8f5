package io.flowmap.bench.step;

/** One implementation of the AYF-EMD step over a fixed network: two teachers, tangent, target, gradients, Adam. */
public interface StepContender extends AutoCloseable {
    String name();

    /** Computes the step's values at the current parameters without updating them. */
    StepOutputs evaluate(StepInputs inputs);

    /** One whole training step, Adam included; returns the loss before the update. */
    double step(StepInputs inputs);

    /** Multiply-adds of convolutions and matrix products in one step. */
    long multiplyAdds(int batch);

    @Override
    void close();
}
