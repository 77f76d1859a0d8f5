package io.flowmap.distill.train.executor;

import io.flowmap.distill.train.average.RoundState;
import io.flowmap.distill.train.step.FlatArray;

/**
 * The parameters of a training of which gradients are averaged, once for all slots of a JVM: the driver's own vector where the slots are
 * in its JVM, otherwise a copy that the first task of a round loads.
 */
final class SharedParameters implements AutoCloseable {
    private final FlatArray array;
    private final boolean own;
    private long version = -1;

    SharedParameters(RoundState state) {
        var vector = state.vectors().get(0);
        this.own = vector instanceof FlatArray;
        this.array = vector instanceof FlatArray drivers ? drivers.shared() : new FlatArray(vector.length());
    }

    /** The vector for one more owner. */
    FlatArray shared() {
        return array.shared();
    }

    /**
     * Makes the vector hold the state of a round. Tasks of an earlier round, of which nobody waits for the result, may still read it.
     *
     * @throws IllegalStateException in a task of an earlier round than the last one loaded
     */
    void load(RoundState state) {
        if (own || state.version() == version) {
            return;
        }
        if (state.version() < version) {
            throw new IllegalStateException("cannot run a task of a round that has ended");
        }
        array.copyFrom(state.vectors().get(0));
        version = state.version();
    }

    @Override
    public void close() {
        array.close();
    }
}
