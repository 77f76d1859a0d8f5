package io.flowmap.distill.train.average;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.distill.train.Sessions;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.Floats;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AveragingTest {
    /** Work that adds different noise to the state on each worker. */
    private record Noise(int vectors) implements LocalWork {
        @Override
        public LocalResult run(int worker, List<? extends Floats> state, RoundTicket ticket) {
            var results = new ArrayList<Floats>();
            for (int v = 0; v < vectors; v++) {
                var values = state.get(0).copy();
                add(values, worker, v);
                results.add(Floats.of(values));
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

    private static Stream<Arguments> cases() {
        var sizes = List.of(
                new int[] {1, 5000, 1, 1024},
                new int[] {2, 5000, 3, 1024},
                new int[] {5, 70001, 2, 65536},
                new int[] {3, 1, 1, 1024},
                new int[] {4, 300000, 1, 1048576});
        return sizes.stream().flatMap(size -> {
            var plan = new BlockPlan(size[1], size[2], size[3]);
            int workers = size[0];
            return Stream.of(
                            new Route.InPlace(plan, workers),
                            new Route.AsResults(plan, workers),
                            new ShuffleRoute(plan, workers))
                    .map(route -> Arguments.of(route, plan, workers));
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void averageIsSummedInWorkerOrder(Route route, BlockPlan plan, int workers) {
        var state = state(plan.length());
        var average = new float[plan.vectors()][plan.length()];
        var outcome = round(route, plan, workers, state, average);
        for (int v = 0; v < plan.vectors(); v++) {
            var sum = new double[plan.length()];
            for (int worker = 0; worker < workers; worker++) {
                var values = state.clone();
                Noise.add(values, worker, v);
                for (int i = 0; i < plan.length(); i++) {
                    sum[i] += values[i];
                }
            }
            for (int i = 0; i < plan.length(); i++) {
                assertThat(average[v][i]).isEqualTo((float) (sum[i] * (1.0 / workers)));
            }
        }
        for (int worker = 0; worker < workers; worker++) {
            assertThat(outcome.report(worker)).containsExactly(worker);
        }
    }

    @Test
    void allRoutesMeasureTheSameNormAndDivergence() {
        var plan = new BlockPlan(70001, 2, 4096);
        var outcomes = Stream.of(new Route.InPlace(plan, 3), new Route.AsResults(plan, 3), new ShuffleRoute(plan, 3))
                .map(route -> round(route, plan, 3, state(70001), new float[2][70001]))
                .toList();
        for (var outcome : outcomes) {
            assertThat(outcome.norm()).isEqualTo(outcomes.get(0).norm()).isPositive();
            assertThat(outcome.divergence())
                    .isEqualTo(outcomes.get(0).divergence())
                    .isPositive();
        }
    }

    @Test
    void driverReceivesTheSameBytesWhateverTheNumberOfWorkers() {
        int length = 10_000;
        var plan = new BlockPlan(length, 1, 1024);
        var average = new float[1][length];
        long two = round(new ShuffleRoute(plan, 2), plan, 2, state(length), average)
                .receivedBytes();
        long eight = round(new ShuffleRoute(plan, 8), plan, 8, state(length), average)
                .receivedBytes();
        assertThat(eight - two).isEqualTo(6).isLessThan(two / 1000);
        assertThat(two).isEqualTo(4L * length + 2);
    }

    @Test
    void resultsAreTakenWithoutAShuffleOnlyWhereTheyAreSmallTogether() {
        var million = new BlockPlan(1_000_000, 1, 1 << 17);
        assertThat(route(million, 2)).isInstanceOf(Route.InPlace.class);
        assertThat(route(new BlockPlan(100_000, 1, 1 << 17), 20)).isInstanceOf(Route.AsResults.class);
        assertThat(route(million, 20)).isInstanceOf(ShuffleRoute.class);
        assertThat(route(million, 200)).isInstanceOf(ShuffleRoute.class);
    }

    private static Route route(BlockPlan plan, int workers) {
        return Averaging.route(spark(), plan, workers);
    }

    @Test
    void aWorkerIsNotRunAgainOnVectorsThatAreBeingUpdated() {
        var round = DriverRound.start(-1, List.of(Floats.of(new float[1])), 1);
        assertThat(round.state()).hasSize(1);
        round.consume();
        assertThatThrownBy(round::state).hasMessageContaining("are already being updated");
        round.end(true);
        assertThat(DriverRound.of(-1)).isNull();
    }

    @Test
    void divergenceIsTheRelativeDistanceOfTheWorkers() {
        int length = 200_000;
        var plan = new BlockPlan(length, 1, 65536);
        var outcome = round(route(plan, 4), plan, 4, new float[length], new float[1][length]);
        assertThat(outcome.norm()).isBetween(0.49 * Math.sqrt(length), 0.51 * Math.sqrt(length));
        assertThat(outcome.divergence()).isBetween(1.70, 1.76);
    }

    private static RoundOutcome round(Route route, BlockPlan out, int workers, float[] state, float[][] average) {
        var in = new BlockPlan(out.length(), 1, out.blockFloats());
        try (var averaging = new Averaging(spark(), in, out, workers, new Noise(out.vectors()), route)) {
            return averaging.round(
                    List.of(Floats.of(state)),
                    new RoundTicket(0, 0, 1, 0),
                    (vector, from, values) -> System.arraycopy(values, 0, average[vector], from, values.length));
        }
    }

    private static JavaSparkContext spark() {
        return JavaSparkContext.fromSparkContext(Sessions.open("local[2,3]").sparkContext());
    }

    private static float[] state(int length) {
        var state = new float[length];
        new CounterRandom(8).gaussians(state, 0, length, 0);
        return state;
    }
}
