package io.flowmap.distill.train.average;

import io.flowmap.tensor.Floats;
import java.util.List;

/**
 * The vectors that a round starts from, as a worker sees them: the driver's own where the worker runs in the driver's JVM, otherwise a
 * copy. They must not be written.
 *
 * @param vectors of equal length
 * @param version differs between rounds and grows from round to round, unless the vectors are the driver's own
 */
public record RoundState(List<? extends Floats> vectors, long version) {}
