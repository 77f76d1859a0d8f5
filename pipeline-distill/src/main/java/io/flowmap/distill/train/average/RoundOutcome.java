package io.flowmap.distill.train.average;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Results of a round beside the averaged vectors: the workers' reports, norms and traffic. */
public final class RoundOutcome {
    private final BlockPlan plan;
    private final Averaging.Target target;
    private final byte[][] reports;
    private final boolean[] seen;
    private final double[] squaredNorm;
    private final double[] squaredDistance;
    private final long sentBytes;
    private final long receivedBytes;

    /**
     * @param target receives the averaged blocks
     * @param sentBytes of the state
     * @param receivedBytes of vectors that reach the driver in this round
     */
    RoundOutcome(BlockPlan plan, int workers, Averaging.Target target, long sentBytes, long receivedBytes) {
        this.plan = plan;
        this.target = target;
        this.reports = new byte[workers][];
        this.seen = new boolean[plan.blocks()];
        this.squaredNorm = new double[plan.blocks()];
        this.squaredDistance = new double[plan.blocks()];
        this.sentBytes = sentBytes;
        this.receivedBytes = receivedBytes;
    }

    /** Accepts a block or a report. Several threads may bring different ones. */
    void accept(BlockAverage block) {
        int key = block.key();
        if (block.report() != null) {
            report(key - plan.blocks(), block.report());
            return;
        }
        target.accept(plan.vector(key), plan.from(key), block.mean());
        seen[key] = true;
        squaredNorm[key] = block.squaredNorm();
        squaredDistance[key] = block.squaredDistance();
    }

    void report(int worker, byte[] report) {
        reports[worker] = report;
    }

    void requireComplete() {
        long blocks = IntStream.range(0, seen.length).filter(key -> seen[key]).count();
        long told = Arrays.stream(reports).filter(report -> report != null).count();
        if (blocks != seen.length || told != reports.length) {
            throw new IllegalStateException("cannot finish a round: expected " + seen.length + " blocks and "
                    + reports.length + " reports, got " + blocks + " and " + told);
        }
    }

    public byte[] report(int worker) {
        return reports[worker];
    }

    /** Euclidean norm of the first averaged vector. */
    public double norm() {
        return Math.sqrt(sum(squaredNorm));
    }

    /** Root mean square distance of the workers' first vectors from their mean, relative to the norm of the mean. */
    public double divergence() {
        return Math.sqrt(sum(squaredDistance) / reports.length) / norm();
    }

    /** Bytes of the state that the driver broadcast; 0 if the workers ran in its JVM. */
    public long sentBytes() {
        return sentBytes;
    }

    /** Bytes of vectors and reports that the driver received. */
    public long receivedBytes() {
        return receivedBytes
                + Arrays.stream(reports).mapToLong(report -> report.length).sum();
    }

    private double sum(double[] byBlock) {
        double sum = 0;
        for (int key = 0; key < plan.blocksPerVector(); key++) {
            sum += byBlock[key];
        }
        return sum;
    }
}
