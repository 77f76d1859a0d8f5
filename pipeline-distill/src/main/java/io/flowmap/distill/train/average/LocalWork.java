package io.flowmap.distill.train.average;

import java.io.Serializable;

/** The work of one logical worker between two averages. */
public interface LocalWork extends Serializable {
    /** Runs in a task on an executor. The result must depend on the arguments only. */
    LocalResult run(int worker, RoundState state, RoundTicket ticket);
}
