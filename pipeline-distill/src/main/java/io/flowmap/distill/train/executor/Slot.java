package io.flowmap.distill.train.executor;

import io.flowmap.distill.train.average.BlockedVectors;
import io.flowmap.distill.train.average.RoundTicket;
import io.flowmap.distill.train.average.Squares;
import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.FlatArray;
import io.flowmap.distill.train.step.LocalObjective;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.distill.train.step.Updater;
import io.flowmap.distill.train.step.WorkerReport;
import io.flowmap.tensor.NativeLibrary;
import java.util.Arrays;

/** State of one running task on an executor: an objective with its vectors, used by one task at a time and kept between rounds. */
final class Slot implements AutoCloseable {
    private final String name;
    private final LocalObjective objective;
    private final BatchReader batches;
    private final TrainingConfig config;
    private final Updater updater;
    private final FlatArray deviceParameters;
    private final FlatArray deviceGradient;
    private final float[] parameters;
    private final float[] gradient;
    private final float[][] moments;

    Slot(String name, LocalObjective objective, BatchReader batches, TrainingConfig config, Updater updater) {
        int length = Math.toIntExact(objective.layout().length());
        this.name = name;
        this.objective = objective;
        this.batches = batches;
        this.config = config;
        this.updater = updater;
        this.deviceParameters = new FlatArray(length);
        this.deviceGradient = new FlatArray(length);
        this.parameters = new float[length];
        this.gradient = new float[length];
        this.moments = new float[config.average() == TrainingConfig.Average.PARAMETERS ? 2 : 0][length];
    }

    /** Vectors that a round returns: the gradient, or parameters and Adam's moments. */
    float[][] vectors() {
        return config.average() == TrainingConfig.Average.GRADIENTS
                ? new float[][] {gradient}
                : new float[][] {parameters, moments[0], moments[1]};
    }

    /** Runs the local steps of a round; stops after the first that is not finite. */
    WorkerReport run(int worker, BlockedVectors state, RoundTicket ticket) {
        load(state);
        var report = new ReportBuilder(ticket.steps(), config.batchPerWorker());
        for (int i = 0; i < ticket.steps() && report.finite(); i++) {
            long firstSample =
                    ticket.firstSample() + i * config.samplesPerStep() + (long) worker * config.batchPerWorker();
            var batch = batches.read(firstSample, config.batchPerWorker());
            step(batch, ticket.step() + i, report);
        }
        deviceParameters.copyTo(parameters);
        return report.build(worker, name, NativeLibrary.description());
    }

    private void load(BlockedVectors state) {
        state.decode(0, parameters);
        deviceParameters.fill(parameters);
        for (int i = 0; i < moments.length; i++) {
            state.decode(i + 1, moments[i]);
        }
    }

    private void step(Batch batch, long step, ReportBuilder report) {
        long start = System.nanoTime();
        var told = objective.gradient(deviceParameters.array(), deviceGradient.array(), batch, step);
        deviceGradient.copyTo(gradient);
        report.add(told, Math.sqrt(Squares.sum(gradient)), firstNotFinite());
        if (moments.length > 0 && report.finite()) {
            update(step);
        }
        report.addCompute(System.nanoTime() - start);
    }

    private void update(long step) {
        deviceParameters.copyTo(parameters);
        updater.update(parameters, gradient, moments[0], moments[1], step);
        deviceParameters.fill(parameters);
        objective.normalise(deviceParameters.array());
    }

    private String firstNotFinite() {
        for (int i = 0; i < gradient.length; i++) {
            if (!Float.isFinite(gradient[i])) {
                return objective.layout().at(i).name();
            }
        }
        return "";
    }

    @Override
    public void close() {
        Arrays.asList(objective, deviceParameters, deviceGradient).forEach(Slot::close);
    }

    private static void close(AutoCloseable owned) {
        try {
            owned.close();
        } catch (Exception e) {
            throw new IllegalStateException("cannot close " + owned, e);
        }
    }
}
