package io.flowmap.distill.train.ema;

import io.flowmap.tensor.Floats;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Updates the power-function averages in parallel with the next round, whose tasks only need the parameters. */
public final class Averages {
    private final List<PowerEma> profiles;
    private CompletableFuture<Void> running = CompletableFuture.completedFuture(null);

    public Averages(List<Double> stds) {
        this.profiles = stds.stream().map(PowerEma::new).toList();
    }

    /** Starts to move {@code averages} towards {@code parameters}. Do not touch either before {@link #join}. */
    public void start(List<float[]> averages, Floats parameters, long next, long delta) {
        running = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < profiles.size(); i++) {
                profiles.get(i).update(averages.get(i), parameters, next, delta);
            }
        });
    }

    public void join() {
        running.join();
    }
}
