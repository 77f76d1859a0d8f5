package io.flowmap.distill.train.average;

import io.flowmap.tensor.Floats;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.List;

/**
 * The state of a round on its way to the executors. No side holds a copy in Java's memory: the driver writes the vectors of its {@link
 * DriverRound} while they are broadcast, and an executor reads them into its {@link ReceivedState}.
 */
final class SentState implements Serializable {
    private static final long serialVersionUID = 1;
    /** Floats copied at a time. */
    private static final int PIECE = 1 << 14;

    private final long averaging;
    private final long number;
    private final BlockPlan plan;

    /**
     * @param averaging number of the averaging
     * @param number of the round in the averaging
     */
    SentState(long averaging, long number, BlockPlan plan) {
        this.averaging = averaging;
        this.number = number;
        this.plan = plan;
    }

    BlockPlan plan() {
        return plan;
    }

    /** Whether a later round than {@code other}, of the same or a later averaging. */
    boolean isAfter(SentState other) {
        return averaging > other.averaging || averaging == other.averaging && number > other.number;
    }

    /** The vectors on an executor. Throws {@link IllegalStateException} if a later round has overwritten them. */
    List<? extends Floats> vectors() {
        return ReceivedState.ofThisJvm().vectors(this);
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        out.defaultWriteObject();
        var round = DriverRound.of(averaging);
        var values = new float[PIECE];
        var bytes = new byte[4 * PIECE];
        for (var vector : round == null ? vectors() : round.state()) {
            for (int from = 0; from < plan.length(); from += PIECE) {
                int count = Math.min(PIECE, plan.length() - from);
                vector.get(from, values, 0, count);
                FloatBytes.toBytes(values, 0, count, bytes, 0);
                out.write(bytes, 0, 4 * count);
            }
        }
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        ReceivedState.ofThisJvm().receive(this, vectors -> {
            var values = new float[PIECE];
            var bytes = new byte[4 * PIECE];
            for (var vector : vectors) {
                for (int from = 0; from < plan.length(); from += PIECE) {
                    int count = Math.min(PIECE, plan.length() - from);
                    in.readFully(bytes, 0, 4 * count);
                    FloatBytes.toFloats(bytes, 0, values, 0, count);
                    vector.put(from, values, 0, count);
                }
            }
        });
    }
}
