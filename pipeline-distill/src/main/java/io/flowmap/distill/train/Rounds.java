package io.flowmap.distill.train;

import io.flowmap.config.UserError;
import io.flowmap.distill.train.average.Averaging;
import io.flowmap.distill.train.average.BlockPlan;
import io.flowmap.distill.train.average.RoundOutcome;
import io.flowmap.distill.train.average.RoundTicket;
import io.flowmap.distill.train.ema.Averages;
import io.flowmap.distill.train.executor.LocalSteps;
import io.flowmap.distill.train.step.FlatArray;
import io.flowmap.distill.train.step.Normalisation;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.distill.train.step.Updater;
import io.flowmap.distill.train.step.WorkerReport;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The driver's part of a round: averages the workers' vectors, applies the update if gradients were averaged, normalises the
 * parameters.
 */
final class Rounds implements AutoCloseable {
    private final TrainingConfig config;
    private final Updater updater;
    private final Averaging averaging;
    private final Averages averages;
    private final Normalisation normalisation;
    private final FlatArray device;
    private final boolean gradients;
    private float[][] spare;
    private String library;

    Rounds(JavaSparkContext spark, LocalSteps work, int length, Averages averages, Configuration hadoop) {
        this.config = work.config();
        this.updater = work.updater();
        this.gradients = config.average() == TrainingConfig.Average.GRADIENTS;
        int vectors = gradients ? 1 : 3;
        var plan = new BlockPlan(length, vectors, config.blockFloats());
        this.averaging = new Averaging(spark, plan, plan, config.workers(), work);
        this.averages = averages;
        this.normalisation = work.objective().normalisation(hadoop, config);
        this.device = new FlatArray(length);
        this.spare = new float[vectors][length];
    }

    /** Vectors of the state after a round. */
    record Result(float[][] vectors, RoundOutcome outcome, List<WorkerReport> reports) {}

    /** Runs a round. The input vectors are reused as buffers and must not be read afterwards. */
    Result run(float[][] vectors, RoundTicket ticket) {
        var outcome = averaging.round(gradients ? new float[][] {vectors[0]} : vectors, ticket, spare);
        averages.join();
        var reports = IntStream.range(0, config.workers())
                .mapToObj(worker -> WorkerReport.of(outcome.report(worker)))
                .toList();
        requireOneLibrary(reports);
        var next = gradients ? updated(vectors, ticket.step()) : swapped(vectors);
        normalise(next[0]);
        return new Result(next, outcome, reports);
    }

    /** Sets the native library that later rounds must use, the one of the rounds before a checkpoint; null accepts any. */
    void require(String earlierLibrary) {
        library = earlierLibrary;
    }

    /** Native library and threads of the rounds so far; null before the first. */
    String library() {
        return library;
    }

    /** Learning rate of a round's last step. */
    double learningRate(RoundTicket ticket) {
        return updater.rate(ticket.step() + ticket.steps() - 1);
    }

    void normalise(float[] parameters) {
        device.fill(parameters);
        normalisation.normalise(device.array());
        device.copyTo(parameters);
    }

    private float[][] updated(float[][] vectors, long step) {
        updater.update(vectors[0], spare[0], vectors[1], vectors[2], step);
        return vectors;
    }

    private float[][] swapped(float[][] vectors) {
        var next = spare;
        spare = vectors;
        return next;
    }

    /**
     * All workers must use one native library and thread count. Others round differently, and the result would depend on which executor
     * ran what.
     */
    private void requireOneLibrary(List<WorkerReport> reports) {
        for (var report : reports) {
            if (library == null) {
                library = report.library();
            }
            if (!library.equals(report.library())) {
                throw new UserError("cannot average worker " + report.worker() + " of executor seat " + report.seat()
                        + ": expected native library " + library + ", got " + report.library());
            }
        }
    }

    @Override
    public void close() throws Exception {
        averages.join();
        averaging.close();
        normalisation.close();
        device.close();
    }
}
