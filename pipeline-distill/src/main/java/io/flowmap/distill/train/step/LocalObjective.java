package io.flowmap.distill.train.step;

import io.flowmap.tensor.ParameterLayout;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An objective bound to a compiled program, used by one thread at a time. All random numbers are keyed by the seed and the batch's
 * sample numbers, and nothing is kept between calls: a step may be repeated on another machine and must give the same bits.
 */
public interface LocalObjective extends Normalisation {
    /** Names and shapes of the parameters inside the flat vector of length P. */
    ParameterLayout layout();

    /**
     * Writes the gradient of the mean loss over the batch.
     *
     * @param parameters flat float32 [P], left unchanged; the same array in every call of one objective
     * @param gradient flat float32 [P], overwritten; the same array in every call of one objective
     * @param batch samples and their global numbers
     * @param step number of the step from 0, for schedules inside the objective
     */
    StepReport gradient(INDArray parameters, INDArray gradient, Batch batch, long step);
}
