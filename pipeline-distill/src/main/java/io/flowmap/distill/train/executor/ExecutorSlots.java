package io.flowmap.distill.train.executor;

import io.flowmap.distill.train.step.FlatArray;
import io.flowmap.tensor.Floats;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * The slots of this JVM, for one training at a time. There are as many slots as tasks have run at once; a slot of another training is
 * closed as soon as it is idle. The instance is static because compiled objectives must outlive tasks.
 */
public final class ExecutorSlots {
    private static final ExecutorSlots OF_THIS_JVM = new ExecutorSlots();

    private final Deque<Slot> idle = new ArrayDeque<>();
    private String key = "";
    private int generation;
    private int created;
    private BlockCache blocks;
    private FlatArray shared;

    public static ExecutorSlots ofThisJvm() {
        return OF_THIS_JVM;
    }

    /** A slot and the generation of its training. */
    record Lease(Slot slot, int generation) {}

    /** Creates the block cache and the slots of a training. */
    interface Furnisher {
        BlockCache blocks();

        /** Whether all slots read the round's own parameters, which lie in native memory, and none writes them. */
        boolean sharesParameters();

        Slot slot(int number, BlockCache blocks, Supplier<FlatArray> parameters);
    }

    /**
     * Lends an idle slot of the training {@code wanted}, or creates one. Synchronised, because building a program is not thread-safe.
     *
     * @param parameters of the round's state
     */
    synchronized Lease borrow(String wanted, Floats parameters, Furnisher furnisher) {
        var common = furnisher.sharesParameters() ? (FlatArray) parameters : null;
        if (!wanted.equals(key) || common != shared) {
            release(key);
            key = wanted;
            blocks = furnisher.blocks();
            shared = common;
        }
        var slot = idle.isEmpty()
                ? furnisher.slot(
                        created++, blocks, () -> common == null ? new FlatArray(parameters.length()) : common.shared())
                : idle.pop();
        return new Lease(slot, generation);
    }

    /** Returns a slot. A slot that failed or belongs to an earlier training is closed. */
    synchronized void giveBack(Lease lease, boolean sound) {
        if (sound && lease.generation() == generation) {
            idle.push(lease.slot());
        } else {
            lease.slot().close();
        }
    }

    /** Closes the slots of a finished training in this JVM; does nothing if another training uses the JVM now. */
    public synchronized void release(String finished) {
        if (!finished.equals(key)) {
            return;
        }
        idle.forEach(Slot::close);
        idle.clear();
        shared = null;
        key = "";
        blocks = null;
        created = 0;
        generation++;
    }
}
