package io.flowmap.distill.train.average;

import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;

/** How the workers' results come together. All routes average with {@link BlockAverage}, in worker order, to the same bits. */
interface Route {
    /**
     * Runs the workers' tasks, and has every averaged block and every report accepted.
     *
     * @param seats one partition for each worker, with its number
     */
    void run(JavaRDD<Integer> seats, WorkerTask task, RoundOutcome outcome);

    /** Bytes of vectors that the driver receives in a round. */
    long receivedBytes();

    /** Results stay where they are, in the driver's JVM, which averages them there. Every worker has vectors of its own meanwhile. */
    record InPlace(BlockPlan plan, int workers) implements Route {
        @Override
        public void run(JavaRDD<Integer> seats, WorkerTask task, RoundOutcome outcome) {
            var reports = seats.map(task::kept).collect();
            var results = DriverRound.running(task.averaging()).results();
            for (int worker = 0; worker < workers; worker++) {
                outcome.report(worker, reports.get(worker));
            }
            average(
                    plan,
                    workers,
                    (worker, key) -> WorkerTask.part(plan, worker, results[worker].vectors(), key),
                    outcome);
        }

        @Override
        public long receivedBytes() {
            return 0;
        }
    }

    /** Results are small, so that the driver takes them as the tasks' results: a job of one stage. */
    record AsResults(BlockPlan plan, int workers) implements Route {
        @Override
        public void run(JavaRDD<Integer> seats, WorkerTask task, RoundOutcome outcome) {
            var results = seats.map(task::whole).collect();
            var vectors =
                    results.stream().map(whole -> whole.vectors().vectors()).toList();
            for (int worker = 0; worker < workers; worker++) {
                outcome.report(worker, results.get(worker).report());
            }
            average(plan, workers, (worker, key) -> WorkerTask.part(plan, worker, vectors.get(worker), key), outcome);
        }

        @Override
        public long receivedBytes() {
            return workers * plan.bytes();
        }
    }

    /** The part of a block that a worker computed. */
    interface Parts {
        BlockPart of(int worker, int key);
    }

    private static void average(BlockPlan plan, int workers, Parts parts, RoundOutcome outcome) {
        IntStream.range(0, plan.blocks()).parallel().forEach(key -> {
            var block = new BlockPart[workers];
            for (int worker = 0; worker < workers; worker++) {
                block[worker] = parts.of(worker, key);
            }
            outcome.accept(BlockAverage.of(key, block, plan.vector(key) == 0));
        });
    }
}
