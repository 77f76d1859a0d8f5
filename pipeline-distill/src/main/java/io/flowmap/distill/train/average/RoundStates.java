package io.flowmap.distill.train.average;

import io.flowmap.distill.train.step.FlatArray;
import io.flowmap.tensor.Floats;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The states of rounds in this JVM: in a driver's those of its running rounds, otherwise the last that was sent here. The latter lies in
 * native memory that is reused from round to round and that programs read where it lies. Tasks of earlier rounds, of which nobody waits
 * for the result, may still read it while it changes. Static because it outlives tasks, as the programs that read it do, and because
 * tasks hold no object of the driver.
 */
final class RoundStates {
    private static final RoundStates OF_THIS_JVM = new RoundStates();

    private final Map<Long, DriverRound> running = new ConcurrentHashMap<>();
    private List<FlatArray> vectors = List.of();
    private BlockPlan plan;
    private SentState last;
    private boolean complete;

    private RoundStates() {}

    static RoundStates ofThisJvm() {
        return OF_THIS_JVM;
    }

    /** The running round of an averaging; null in another JVM than the driver's, or after the round. */
    DriverRound running(long averaging) {
        return running.get(averaging);
    }

    void begin(long averaging, DriverRound round) {
        running.put(averaging, round);
    }

    void end(long averaging) {
        running.remove(averaging);
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
