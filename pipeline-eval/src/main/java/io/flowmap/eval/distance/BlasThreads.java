package io.flowmap.eval.distance;

import static org.bytedeco.openblas.global.openblas.blas_get_num_threads;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;

import java.util.function.Supplier;

/**
 * OpenBLAS's number of threads, which is one for the whole process and so the one setting of it that Flowmap changes: for as long as
 * products run that Java's threads take side by side. These are faster by a tenth on one thread each than one after the other on all, and
 * do not depend on their number. Other products of that time, as ND4J's, run on one thread too, more slowly but right.
 */
public final class BlasThreads {
    private static final BlasThreads OF_THIS_PROCESS = new BlasThreads();

    private int users;
    private int before;

    private BlasThreads() {}

    /** Runs work whose calls of OpenBLAS stay on their callers' threads. */
    public static void oneACall(Runnable work) {
        oneACall(() -> {
            work.run();
            return null;
        });
    }

    /** The same of work with a result. */
    public static <T> T oneACall(Supplier<T> work) {
        OF_THIS_PROCESS.enter();
        try {
            return work.get();
        } finally {
            OF_THIS_PROCESS.leave();
        }
    }

    private synchronized void enter() {
        if (users++ == 0) {
            before = blas_get_num_threads();
            blas_set_num_threads(1);
        }
    }

    private synchronized void leave() {
        if (--users == 0) {
            blas_set_num_threads(before);
        }
    }
}
