package io.flowmap.distill.train.average;

import io.flowmap.distill.train.step.FlatArray;
import io.flowmap.tensor.Floats;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.util.List;
import java.util.stream.Stream;

/**
 * The state of the last round that was sent to this JVM, in native memory that is reused from round to round and that programs read
 * where it lies. Tasks of earlier rounds, of which nobody waits for the result, may still read it while it changes. Static because it
 * outlives tasks, as the programs that read it do.
 */
final class ReceivedState {
    private static final ReceivedState OF_THIS_JVM = new ReceivedState();

    private List<FlatArray> vectors = List.of();
    private BlockPlan plan;
    private SentState last;
    private boolean complete;

    private ReceivedState() {}

    static ReceivedState ofThisJvm() {
        return OF_THIS_JVM;
    }

    /** Reads all elements of the vectors. */
    interface Reader {
        void read(List<? extends Floats> vectors) throws IOException;
    }

    /** Takes over a state, once. Throws {@link IOException} if that of a later round is here. */
    synchronized void receive(SentState sent, Reader reader) throws IOException {
        if (last != null && last.isAfter(sent)) {
            throw new InvalidObjectException("cannot receive the state of a round that has ended");
        }
        if (complete && !sent.isAfter(last)) {
            return;
        }
        complete = false;
        last = sent;
        if (!sent.plan().equals(plan)) {
            plan = sent.plan();
            vectors.forEach(FlatArray::close);
            vectors = Stream.generate(() -> new FlatArray(plan.length()))
                    .limit(plan.vectors())
                    .toList();
        }
        reader.read(vectors);
        complete = true;
    }

    /** The vectors of a state that was received. */
    synchronized List<? extends Floats> vectors(SentState sent) {
        if (!complete || last.isAfter(sent)) {
            throw new IllegalStateException("cannot run a task of a round that has ended");
        }
        return vectors;
    }
}
