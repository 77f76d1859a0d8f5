package io.flowmap.distill.train.average;

import io.flowmap.tensor.Floats;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The round that an averaging runs, in the driver's JVM. Tasks that run there read the driver's own vectors, and may leave their results
 * where they are. The rounds are found by the number of their averaging: a task is deserialised, and holds no object of the driver.
 */
final class DriverRound {
    private static final Map<Long, DriverRound> RUNNING = new ConcurrentHashMap<>();

    private final long averaging;
    private final List<? extends Floats> vectors;
    private final LocalResult[] results;
    private volatile boolean consumed;

    private DriverRound(long averaging, List<? extends Floats> vectors, int workers) {
        this.averaging = averaging;
        this.vectors = vectors;
        this.results = new LocalResult[workers];
    }

    static DriverRound start(long averaging, List<? extends Floats> vectors, int workers) {
        var round = new DriverRound(averaging, vectors, workers);
        RUNNING.put(averaging, round);
        return round;
    }

    /** The running round of an averaging; null in another JVM than the driver's, or after the round. */
    static DriverRound of(long averaging) {
        return RUNNING.get(averaging);
    }

    /** The driver's vectors. Throws {@link IllegalStateException} once averages may have overwritten them. */
    List<? extends Floats> state() {
        if (consumed) {
            throw new IllegalStateException(
                    "cannot run a worker again: the vectors of its round are already being updated");
        }
        return vectors;
    }

    /** Announces that averages are about to overwrite the vectors. */
    void consume() {
        consumed = true;
    }

    /** Keeps a worker's result until the round ends, in place of the result of an earlier attempt. */
    synchronized void keep(int worker, LocalResult result) {
        release(results[worker], true);
        results[worker] = result;
    }

    synchronized LocalResult[] results() {
        return results.clone();
    }

    synchronized void end(boolean succeeded) {
        RUNNING.remove(averaging, this);
        for (var result : results) {
            release(result, succeeded);
        }
    }

    private static void release(LocalResult result, boolean succeeded) {
        if (result != null) {
            result.release().run(succeeded);
        }
    }
}
