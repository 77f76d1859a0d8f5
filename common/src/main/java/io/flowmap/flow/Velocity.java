package io.flowmap.flow;

import org.nd4j.linalg.api.ndarray.INDArray;

/** The velocity v(x, t) of a batch of samples that share one time. */
public interface Velocity {
    /** Velocity of x [N,...] at t in [0,1]. The next call may overwrite the returned array. */
    INDArray at(INDArray x, double t);
}
