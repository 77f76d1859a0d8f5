package io.flowmap.distill.train.average;

import java.io.Serializable;

/** What one logical worker does between two averages. */
public interface LocalWork extends Serializable {
    /** Runs in a task of an executor; must depend on its arguments only. */
    LocalResult run(int worker, BlockedVectors state, RoundTicket ticket);
}
