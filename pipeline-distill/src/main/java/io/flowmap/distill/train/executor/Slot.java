package io.flowmap.distill.train.executor;

import io.flowmap.distill.train.average.RoundTicket;
import io.flowmap.distill.train.average.Squares;
import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.FlatArray;
import io.flowmap.distill.train.step.LocalObjective;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.distill.train.step.Updater;
import io.flowmap.distill.train.step.WorkerReport;
import io.flowmap.tensor.Floats;
import io.flowmap.tensor.NativeLibrary;
import io.flowmap.tensor.Ranges;
import java.util.Arrays;
import java.util.List;

/** State of one running task on an executor: an objective with its vectors, used by one task at a time and kept between rounds. */
final class Slot implements AutoCloseable {
    private final String name;
    private final LocalObjective objective;
    private final BatchReader batches;
    private final TrainingConfig config;
    private final Updater updater;
    private final FlatArray parameters;
    private final FlatArray gradient;
    private final List<Floats> moments;

    /** @param parameters of the slot, or shared with others that do not write them, if gradients are averaged; closed with the slot */
    Slot(
            String name,
            LocalObjective objective,
            BatchReader batches,
            TrainingConfig config,
            Updater updater,
            FlatArray parameters) {
        int length = parameters.length();
        this.name = name;
        this.objective = objective;
        this.batches = batches;
        this.config = config;
        this.updater = updater;
        this.parameters = parameters;
        this.gradient = new FlatArray(length);
        this.moments = config.average() == TrainingConfig.Average.GRADIENTS
                ? List.of()
                : List.of(Floats.of(new float[length]), Floats.of(new float[length]));
    }

    /** Vectors that a round returns: the gradient, or parameters and Adam's moments. */
    List<Floats> vectors() {
        return moments.isEmpty() ? List.of(gradient) : List.of(parameters, moments.get(0), moments.get(1));
    }

    /** Runs the local steps of a round; stops after the first that is not finite. */
    WorkerReport run(int worker, List<? extends Floats> state, RoundTicket ticket) {
        load(state);
        var report = new ReportBuilder(ticket.steps(), config.batchPerWorker());
        for (int i = 0; i < ticket.steps() && report.finite(); i++) {
            long firstSample =
                    ticket.firstSample() + i * config.samplesPerStep() + (long) worker * config.batchPerWorker();
            var batch = batches.read(firstSample);
            step(batch, ticket.step() + i, report);
        }
        return report.build(worker, name, NativeLibrary.description());
    }

    /** Workers that update on their own start from copies of parameters and moments. */
    private void load(List<? extends Floats> state) {
        if (!moments.isEmpty()) {
            parameters.copyFrom(state.get(0));
            moments.get(0).copyFrom(state.get(1));
            moments.get(1).copyFrom(state.get(2));
        }
    }

    private void step(Batch batch, long step, ReportBuilder report) {
        long start = System.nanoTime();
        var told = objective.gradient(parameters.array(), gradient.array(), batch, step);
        double norm = Math.sqrt(Squares.sum(gradient));
        report.add(batch.origin(), told, norm, Double.isFinite(norm) ? "" : firstNotFinite());
        if (!moments.isEmpty() && report.finite()) {
            update(step);
        }
        report.addCompute(System.nanoTime() - start);
    }

    private void update(long step) {
        Ranges.forEach(gradient.length(), (from, to) -> {
            var values = new float[to - from];
            gradient.get(from, values, 0, values.length);
            updater.update(parameters, from, values, moments.get(0), moments.get(1), step);
        });
        objective.normalise(parameters.array());
    }

    private String firstNotFinite() {
        var values = new float[1];
        for (int i = 0; i < gradient.length(); i++) {
            gradient.get(i, values, 0, 1);
            if (!Float.isFinite(values[0])) {
                return objective.layout().at(i).name();
            }
        }
        return "";
    }

    @Override
    public void close() {
        Arrays.asList(objective, parameters, gradient).forEach(Slot::close);
    }

    private static void close(AutoCloseable owned) {
        try {
            owned.close();
        } catch (Exception e) {
            throw new IllegalStateException("cannot close " + owned, e);
        }
    }
}
