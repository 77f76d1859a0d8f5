package io.flowmap.distill.train;

import io.flowmap.distill.train.average.RoundTicket;
import io.flowmap.distill.train.log.Medians;
import io.flowmap.distill.train.log.RoundMetrics;
import io.flowmap.distill.train.step.GuardConfig;
import io.flowmap.distill.train.step.WorkerReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Detects divergence of a training. The normalised loss is below 1 by construction and reveals nothing, so the guard checks ||g|| and
 * the gradient norm: for values that are not finite, and for spikes above a multiple of the running median.
 */
record Guard(GuardConfig config) {
    /**
     * Values of the last normal rounds, oldest first.
     *
     * @param residual median ||g||
     * @param gradient gradient norm
     */
    record Memory(List<Double> residual, List<Double> gradient) {
        static final Memory EMPTY = new Memory(List.of(), List.of());

        Memory with(RoundMetrics round, int window) {
            return new Memory(
                    append(residual, round.all().median(), window), append(gradient, round.gradientNorm(), window));
        }

        private static List<Double> append(List<Double> values, double value, int window) {
            var longer = new ArrayList<>(values);
            longer.add(value);
            return List.copyOf(longer.subList(Math.max(0, longer.size() - window), longer.size()));
        }
    }

    /**
     * A quantity outside its limits.
     *
     * @param step from 1, as in the table of rounds
     */
    record Divergence(long step, String quantity, String expected, double value) {
        @Override
        public String toString() {
            return "cannot go on training at step " + step + ": expected " + quantity + " " + expected + ", got "
                    + value;
        }
    }

    /** The first sign of divergence in a round, if any. */
    Optional<Divergence> check(RoundTicket ticket, List<WorkerReport> reports, RoundMetrics round, Memory memory) {
        return notFinite(ticket, reports)
                .or(() -> notFinite(round))
                .or(() -> spike(round.step(), "median ||g||", round.all().median(), memory.residual()))
                .or(() -> spike(round.step(), "gradient norm", round.gradientNorm(), memory.gradient()));
    }

    private static Optional<Divergence> notFinite(RoundTicket ticket, List<WorkerReport> reports) {
        Divergence first = null;
        for (var report : reports) {
            int last = report.loss().length - 1;
            boolean loss = Double.isFinite(report.loss()[last]);
            if (loss && Double.isFinite(report.gradientNorm()[last])) {
                continue;
            }
            long step = ticket.step() + last + 1;
            if (first == null || step < first.step()) {
                var quantity = loss ? "norm of the gradient" : "loss";
                double value = loss ? report.gradientNorm()[last] : report.loss()[last];
                var array = report.notFinite().isEmpty() ? "" : " (first array not finite: " + report.notFinite() + ")";
                first = new Divergence(step, quantity + " of worker " + report.worker() + array, "finite", value);
            }
        }
        return Optional.ofNullable(first);
    }

    private static Optional<Divergence> notFinite(RoundMetrics round) {
        if (!Double.isFinite(round.all().mean())) {
            return Optional.of(new Divergence(
                    round.step(), "mean ||g||", "finite", round.all().mean()));
        }
        if (!Double.isFinite(round.averageNorm())) {
            return Optional.of(
                    new Divergence(round.step(), "norm of the workers' average", "finite", round.averageNorm()));
        }
        return Optional.empty();
    }

    private Optional<Divergence> spike(long step, String quantity, double value, List<Double> history) {
        if (2 * history.size() < config.window()) {
            return Optional.empty();
        }
        double median =
                Medians.of(history.stream().mapToDouble(Double::doubleValue).toArray());
        double most = config.spikeFactor() * median;
        return value <= most
                ? Optional.empty()
                : Optional.of(new Divergence(
                        step, quantity, "at most " + config.spikeFactor() + " x its median " + median, value));
    }
}
