package io.flowmap.distill.train.log;

import io.flowmap.distill.train.average.RoundOutcome;
import io.flowmap.distill.train.average.RoundTicket;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.distill.train.step.WorkerReport;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * One row of the table of rounds.
 *
 * @param round number of the round from 0
 * @param step steps done at its end
 * @param samples samples drawn since the start of training, including those of abandoned rounds
 * @param rollbacks rollbacks before this round
 * @param loss mean over workers and steps
 * @param all residuals of all samples
 * @param byInterval residuals by t - s, in {@link #INTERVALS} equal bins of [0,1]
 * @param gradientNorm norm of the averaged gradient; if parameters are averaged, the mean norm of the local gradients
 * @param tangentWarmup r at the last step
 * @param learningRate at the last step
 * @param computeMillis time in objective and update on the busiest seat
 * @param roundMillis wall clock since the last row, including checkpoints and tables
 * @param overhead share of roundMillis outside computeMillis
 * @param sentBytes bytes of state that the driver broadcast
 * @param receivedBytes bytes of averages and reports that the driver received; only the reports grow with the number of workers
 * @param averageNorm norm of the workers' average, of parameters or gradient
 * @param divergence rms distance of the workers' vectors (parameters or gradients) from their mean, over the norm of the mean
 * @param draws where the samples come from
 * @param measures means over workers and steps of the objective's own measures, NaN if there are none
 */
public record RoundMetrics(
        long round,
        long step,
        long samples,
        int rollbacks,
        double loss,
        Residuals all,
        List<Residuals> byInterval,
        double gradientNorm,
        double tangentWarmup,
        double learningRate,
        double computeMillis,
        double roundMillis,
        double overhead,
        long sentBytes,
        long receivedBytes,
        double averageNorm,
        double divergence,
        Draws draws,
        double[] measures) {
    static final int INTERVALS = 4;

    /**
     * Residuals g before tangent normalisation.
     *
     * @param median of ||g||, NaN without samples
     * @param mean of ||g||
     * @param square mean of ||g||^2: the loss as it would be without normalisation
     */
    public record Residuals(double median, double mean, double square) {
        public static Residuals of(double[] norms) {
            double mean = Arrays.stream(norms).average().orElse(Double.NaN);
            double square =
                    Arrays.stream(norms).map(norm -> norm * norm).average().orElse(Double.NaN);
            return new Residuals(Medians.of(norms), mean, square);
        }
    }

    /**
     * The samples of a round, step by step and in each step worker by worker: in the order of their numbers.
     *
     * @param buckets number of the bucket of every batch
     * @param records index of every sample in its split
     */
    public record Draws(int[] buckets, long[] records) {
        static Draws of(List<WorkerReport> reports) {
            var buckets = IntStream.builder();
            var records = LongStream.builder();
            int steps = reports.stream()
                    .mapToInt(report -> report.buckets().length)
                    .max()
                    .orElse(0);
            for (int step = 0; step < steps; step++) {
                for (var report : reports) {
                    if (step < report.buckets().length) { // a worker stops after a step that is not finite
                        buckets.add(report.buckets()[step]);
                        int size = report.records().length / report.buckets().length;
                        LongStream.of(Arrays.copyOfRange(report.records(), step * size, (step + 1) * size))
                                .forEach(records::add);
                    }
                }
            }
            return new Draws(buckets.build().toArray(), records.build().toArray());
        }
    }

    public static RoundMetrics of(
            RoundTicket ticket,
            List<WorkerReport> reports,
            RoundOutcome outcome,
            int rollbacks,
            TrainingConfig config,
            double learningRate,
            double roundMillis) {
        long last = ticket.step() + ticket.steps() - 1;
        double compute = busiestSeatMillis(reports);
        boolean gradients = config.average() == TrainingConfig.Average.GRADIENTS;
        return new RoundMetrics(
                ticket.round(),
                last + 1,
                ticket.firstSample() + ticket.steps() * config.samplesPerStep(),
                rollbacks,
                mean(reports, WorkerReport::loss),
                Residuals.of(norms(reports, 0, Double.POSITIVE_INFINITY)),
                byInterval(reports),
                gradients ? outcome.norm() : mean(reports, WorkerReport::gradientNorm),
                reports.get(0).tangentWarmup()[reports.get(0).tangentWarmup().length - 1],
                learningRate,
                compute,
                roundMillis,
                1 - compute / roundMillis,
                outcome.sentBytes(),
                outcome.receivedBytes(),
                outcome.norm(),
                outcome.divergence(),
                Draws.of(reports),
                measures(reports));
    }

    /** The row with one more measure. */
    public RoundMetrics with(double measure) {
        var more = Arrays.copyOf(measures, measures.length + 1);
        more[measures.length] = measure;
        return new RoundMetrics(
                round,
                step,
                samples,
                rollbacks,
                loss,
                all,
                byInterval,
                gradientNorm,
                tangentWarmup,
                learningRate,
                computeMillis,
                roundMillis,
                overhead,
                sentBytes,
                receivedBytes,
                averageNorm,
                divergence,
                draws,
                more);
    }

    private static double[] measures(List<WorkerReport> reports) {
        var means = new double[reports.get(0).measures()[0].length];
        Arrays.setAll(means, i -> reports.stream()
                .flatMapToDouble(report -> Arrays.stream(report.measures()).mapToDouble(step -> step[i]))
                .filter(value -> !Double.isNaN(value))
                .average()
                .orElse(Double.NaN));
        return means;
    }

    private static List<Residuals> byInterval(List<WorkerReport> reports) {
        return DoubleStream.iterate(0, bin -> bin + 1)
                .limit(INTERVALS)
                .mapToObj(bin -> Residuals.of(norms(
                        reports,
                        bin / INTERVALS,
                        bin + 1 == INTERVALS ? Double.POSITIVE_INFINITY : (bin + 1) / INTERVALS)))
                .toList();
    }

    private static double[] norms(List<WorkerReport> reports, double from, double to) {
        var norms = DoubleStream.builder();
        for (var report : reports) {
            for (int i = 0; i < report.gNorm().length; i++) {
                if (report.interval()[i] >= from && report.interval()[i] < to) {
                    norms.add(report.gNorm()[i]);
                }
            }
        }
        return norms.build().toArray();
    }

    private static double mean(List<WorkerReport> reports, Function<WorkerReport, double[]> values) {
        return reports.stream()
                .flatMapToDouble(report -> Arrays.stream(values.apply(report)))
                .average()
                .orElse(Double.NaN);
    }

    private static double busiestSeatMillis(List<WorkerReport> reports) {
        var bySeat = new HashMap<String, Long>();
        reports.forEach(report -> bySeat.merge(report.seat(), report.computeNanos(), Long::sum));
        return bySeat.values().stream().mapToLong(Long::longValue).max().orElse(0) / 1e6;
    }
}
