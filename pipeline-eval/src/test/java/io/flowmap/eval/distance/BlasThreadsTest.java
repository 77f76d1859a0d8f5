package io.flowmap.eval.distance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.openblas.global.openblas.blas_get_num_threads;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;

import io.flowmap.eval.neighbour.PrecisionRecall;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlasThreadsTest {
    private int before;

    @BeforeEach
    void remember() {
        before = blas_get_num_threads();
    }

    @AfterEach
    void restore() {
        blas_set_num_threads(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theProcessHasTheThreadsThatItHadBefore(int threads) {
        blas_set_num_threads(threads);
        int inside = BlasThreads.oneACall(() -> {
            BlasThreads.oneACall(() -> assertThat(blas_get_num_threads()).isEqualTo(1));
            return blas_get_num_threads();
        });
        assertThat(inside).isEqualTo(1);
        assertThat(blas_get_num_threads()).isEqualTo(threads);
    }

    @Test
    void workThatFailsLeavesTheThreadsAsTheyWere() {
        blas_set_num_threads(3);
        assertThatThrownBy(() -> BlasThreads.oneACall((Runnable) () -> {
                    throw new IllegalStateException("lost");
                }))
                .hasMessage("lost");
        assertThat(blas_get_num_threads()).isEqualTo(3);
    }

    @Test
    void theLastOfSeveralUsersRestoresTheThreads() throws InterruptedException {
        blas_set_num_threads(3);
        var entered = new CountDownLatch(1);
        var done = new CountDownLatch(1);
        var other = CompletableFuture.runAsync(() -> BlasThreads.oneACall(() -> {
            entered.countDown();
            await(done);
        }));
        entered.await();
        BlasThreads.oneACall(() -> {});
        assertThat(blas_get_num_threads()).isEqualTo(1);
        done.countDown();
        other.join();
        assertThat(blas_get_num_threads()).isEqualTo(3);
    }

    @Test
    void metricsLeaveTheThreadsAsTheyWere() {
        blas_set_num_threads(3);
        var points = List.of(new FeatureBlock(0, 2, new float[] {0, 0, 1, 0, 0, 1, 1, 1, 2, 2}));
        assertThat(PrecisionRecall.between(points, points, 1).recall()).isEqualTo(1);
        assertThat(blas_get_num_threads()).isEqualTo(3);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
