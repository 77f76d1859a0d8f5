package io.flowmap.distill.train.average;

import io.flowmap.tensor.Floats;
import java.io.Serializable;
import java.util.List;

/** The work of one logical worker between two averages. */
public interface LocalWork extends Serializable {
    /**
     * Runs in a task on an executor. The result must depend on the arguments only.
     *
     * @param state the vectors that the round starts from, shared with other tasks of this JVM: they must not be written
     */
    LocalResult run(int worker, List<? extends Floats> state, RoundTicket ticket);
}
