package io.flowmap.flow;

import org.nd4j.linalg.api.ndarray.INDArray;

/** v(x, t) of a batch of samples that share a time. */
public interface Velocity {
    /** Velocity of x [N,...] at t in [0,1]; the array may be overwritten by the next call. */
    INDArray at(INDArray x, double t);
}
