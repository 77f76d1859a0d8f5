package io.flowmap.distill.train.average;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;

/**
 * The state of a round on its way to the executors. The driver's side holds no copy: it writes the vectors of the {@link DriverRound}
 * block by block while it is broadcast.
 */
final class SentState implements Serializable {
    private static final long serialVersionUID = 1;

    private final long averaging;
    private final BlockPlan plan;
    private transient byte[][] blocks;

    SentState(long averaging, BlockPlan plan) {
        this.averaging = averaging;
        this.plan = plan;
    }

    /** The state on an executor. */
    RoundState received(long version) {
        return new RoundState(new BlockedVectors(plan, blocks).vectors(), version);
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        out.defaultWriteObject();
        var vectors = DriverRound.of(averaging).state().vectors();
        for (int key = 0; key < plan.blocks(); key++) {
            out.writeUnshared(BlockedVectors.encode(plan, vectors, key));
        }
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        blocks = new byte[plan.blocks()][];
        for (int key = 0; key < blocks.length; key++) {
            blocks[key] = (byte[]) in.readUnshared();
        }
    }
}
