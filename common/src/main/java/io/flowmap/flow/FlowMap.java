package io.flowmap.flow;

import org.nd4j.linalg.api.ndarray.INDArray;

/** The flow map f(x, t, s) = x + (s-t) F(x, t, s) for a batch of samples that share t and s. */
public interface FlowMap {
    /** The field F at x [N,...] from t to s. The next call may overwrite the returned array. */
    INDArray field(INDArray x, double t, double s);

    /** f(x, t, s) in a new array. */
    default INDArray at(INDArray x, double t, double s) {
        return x.add(field(x, t, s).mul(s - t));
    }
}
