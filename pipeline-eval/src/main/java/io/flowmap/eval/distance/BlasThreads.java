package io.flowmap.eval.distance;

import static org.bytedeco.openblas.global.openblas.blas_get_num_threads;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;

import java.util.function.Supplier;

/**
 * OpenBLAS's number of threads, which is global to the process. This class is the only code that changes it: to 1 while several Java
 * threads call OpenBLAS in parallel. That is a tenth faster than one product after the other on all threads, and the result does not
 * depend on the number of threads. Other products in that time, such as ND4J's, also run on one thread: slower, but correct.
 */
public final class BlasThreads {
    private static final BlasThreads OF_THIS_PROCESS = new BlasThreads();

    private int users;
    private int before;

    private BlasThreads() {}

    /** Runs work whose OpenBLAS calls stay on the calling threads. */
    public static void oneACall(Runnable work) {
        oneACall(() -> {
            work.run();
            return null;
        });
    }

    /** Runs such work and returns its result. */
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
