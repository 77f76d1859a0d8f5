package io.flowmap.distill.train;

import java.util.Arrays;
import java.util.stream.IntStream;

/** What came back of a round: the averages go into the driver's vectors, the rest is kept here. */
final class RoundOutcome {
    private final BlockPlan plan;
    private final byte[][] reports;
    private final boolean[] seen;
    private final double[] squaredNorm;
    private final double[] squaredDistance;

    RoundOutcome(BlockPlan plan, int workers) {
        this.plan = plan;
        this.reports = new byte[workers][];
        this.seen = new boolean[plan.blocks()];
        this.squaredNorm = new double[plan.blocks()];
        this.squaredDistance = new double[plan.blocks()];
    }

    void accept(BlockAverage block, float[][] target) {
        int key = block.key();
        if (key >= plan.blocks()) {
            reports[key - plan.blocks()] = block.bytes();
            return;
        }
        FloatBytes.toFloats(block.bytes(), target[plan.vector(key)], plan.from(key), plan.size(key));
        seen[key] = true;
        squaredNorm[key] = block.squaredNorm();
        squaredDistance[key] = block.squaredDistance();
    }

    void requireComplete() {
        long blocks = IntStream.range(0, seen.length).filter(key -> seen[key]).count();
        long told = Arrays.stream(reports).filter(report -> report != null).count();
        if (blocks != seen.length || told != reports.length) {
            throw new IllegalStateException("cannot finish a round: expected " + seen.length + " blocks and "
                    + reports.length + " reports, got " + blocks + " and " + told);
        }
    }

    byte[] report(int worker) {
        return reports[worker];
    }

    /** Euclidean norm of an averaged vector. */
    double norm(int vector) {
        return Math.sqrt(sum(squaredNorm, vector));
    }

    /** Root mean square distance of the workers' vectors from their mean, relative to the norm of the mean. */
    double divergence(int vector) {
        return Math.sqrt(sum(squaredDistance, vector) / reports.length) / norm(vector);
    }

    /** Bytes of averages and reports that the driver received. */
    long bytes() {
        return plan.bytes() + Arrays.stream(reports).mapToLong(report -> report.length).sum();
    }

    private double sum(double[] byBlock, int vector) {
        int first = vector * plan.blocksPerVector();
        double sum = 0;
        for (int key = first; key < first + plan.blocksPerVector(); key++) {
            sum += byBlock[key];
        }
        return sum;
    }
}
