package io.flowmap.flow;

import org.nd4j.linalg.api.ndarray.INDArray;

/** f(x, t, s) = x + (s-t) F(x, t, s) of a batch of samples that share their times. */
public interface FlowMap {
    /** The field F at x [N,...], from t to s; the array may be overwritten by the next call. */
    INDArray field(INDArray x, double t, double s);

    /** f(x, t, s), a new array. */
    default INDArray at(INDArray x, double t, double s) {
        return x.add(field(x, t, s).mul(s - t));
    }
}
