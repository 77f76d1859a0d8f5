package io.flowmap.eval.metric;

import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * OpenBLAS's number of threads, which is one for the whole process. Products that Java's threads take side by side are faster by a tenth
 * on one thread each than one after the other on all, and do not depend on their number.
 */
final class BlasThreads {
    /** What OpenBLAS itself starts with. */
    private static final int INITIAL = Math.min(
            Integer.parseInt(System.getenv()
                    .getOrDefault("OMP_NUM_THREADS", "" + Integer.MAX_VALUE)
                    .split(",")[0]
                    .trim()),
            Runtime.getRuntime().availableProcessors());

    private static final AtomicInteger USERS = new AtomicInteger();

    private BlasThreads() {}

    /** Runs work whose calls of OpenBLAS stay on their callers' threads. */
    static void oneACall(Runnable work) {
        oneACall(() -> {
            work.run();
            return null;
        });
    }

    /** The same of work with a result. */
    static <T> T oneACall(Supplier<T> work) {
        change(1);
        try {
            return work.get();
        } finally {
            change(-1);
        }
    }

    private static synchronized void change(int user) {
        int before = USERS.getAndAdd(user);
        if (before == 0 || USERS.get() == 0) {
            blas_set_num_threads(USERS.get() == 0 ? INITIAL : 1);
        }
    }
}
