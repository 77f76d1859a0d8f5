package io.flowmap.distill.train.average;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.distill.train.Sessions;
import io.flowmap.tensor.CounterRandom;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AveragingTest {
    /** Work that adds different noise to the state on each worker. */
    private record Noise(int vectors) implements LocalWork {
        @Override
        public LocalResult run(int worker, BlockedVectors state, RoundTicket ticket) {
            var results = new float[vectors][state.plan().length()];
            for (int v = 0; v < vectors; v++) {
                state.decode(0, results[v]);
                add(results[v], worker, v);
            }
            return new LocalResult(results, new byte[] {(byte) worker}, sound -> {});
        }

        static void add(float[] values, int worker, int vector) {
            var noise = new float[values.length];
            new CounterRandom(5).gaussians(noise, 0, noise.length, worker, vector);
            for (int i = 0; i < values.length; i++) {
                values[i] += noise[i];
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,5000,1,1024", "2,5000,3,1024", "5,70001,2,65536", "3,1,1,1024", "4,300000,1,1048576"})
    void averageIsSummedInWorkerOrder(int workers, int length, int vectors, int block) {
        var state = state(length);
        var average = new float[vectors][length];
        var outcome = round(workers, length, vectors, block, state, average);
        for (int v = 0; v < vectors; v++) {
            var sum = new double[length];
            for (int worker = 0; worker < workers; worker++) {
                var values = state.clone();
                Noise.add(values, worker, v);
                for (int i = 0; i < length; i++) {
                    sum[i] += values[i];
                }
            }
            for (int i = 0; i < length; i++) {
                assertThat(average[v][i]).isEqualTo((float) (sum[i] * (1.0 / workers)));
            }
        }
        for (int worker = 0; worker < workers; worker++) {
            assertThat(outcome.report(worker)).containsExactly(worker);
        }
    }

    @Test
    void driverReceivesTheSameBytesWhateverTheNumberOfWorkers() {
        int length = 10_000;
        var average = new float[1][length];
        long two = round(2, length, 1, 1024, state(length), average).receivedBytes();
        long eight = round(8, length, 1, 1024, state(length), average).receivedBytes();
        assertThat(eight - two).isEqualTo(6).isLessThan(two / 1000);
        assertThat(two).isEqualTo(4L * length + 2);
    }

    @Test
    void divergenceIsTheRelativeDistanceOfTheWorkers() {
        int length = 200_000;
        var outcome = round(4, length, 1, 65536, new float[length], new float[1][length]);
        assertThat(outcome.norm()).isBetween(0.49 * Math.sqrt(length), 0.51 * Math.sqrt(length));
        assertThat(outcome.divergence()).isBetween(1.70, 1.76);
    }

    private static RoundOutcome round(
            int workers, int length, int vectors, int block, float[] state, float[][] average) {
        var spark =
                JavaSparkContext.fromSparkContext(Sessions.open("local[2,3]").sparkContext());
        var in = new BlockPlan(length, 1, block);
        var out = new BlockPlan(length, vectors, block);
        try (var averaging = new Averaging(spark, in, out, workers, new Noise(vectors))) {
            return averaging.round(new float[][] {state}, new RoundTicket(0, 0, 1, 0), average);
        }
    }

    private static float[] state(int length) {
        var state = new float[length];
        new CounterRandom(8).gaussians(state, 0, length, 0);
        return state;
    }
}
