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
import io.flowmap.tensor.Floats;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The driver's part of a round: consumes the averages of the workers' vectors block by block, as the new state or, if gradients were
 * averaged, by the update; then normalises the parameters.
 */
final class Rounds implements AutoCloseable {
    private final TrainingConfig config;
    private final Updater updater;
    private final Averaging averaging;
    private final Averages averages;
    private final Normalisation normalisation;
    private final FlatArray parameters;
    private final boolean gradients;
    private String library;

    /** @param parameters of the training, overwritten by every round; the caller closes them */
    Rounds(JavaSparkContext spark, LocalSteps work, FlatArray parameters, Averages averages, Configuration hadoop) {
        this.config = work.config();
        this.updater = work.updater();
        this.gradients = work.sharesParameters();
        var plan = new BlockPlan(parameters.length(), gradients ? 1 : 3, config.blockFloats());
        this.averaging = new Averaging(spark, plan, plan, config.workers(), work);
        this.averages = averages;
        this.normalisation = work.objective().normalisation(hadoop, config);
        this.parameters = parameters;
    }

    /** What a round tells beside the new state. */
    record Result(RoundOutcome outcome, List<WorkerReport> reports) {}

    /** Runs a round. Overwrites parameters and moments. */
    Result run(float[] firstMoment, float[] secondMoment, RoundTicket ticket) {
        var moments = List.of(Floats.of(firstMoment), Floats.of(secondMoment));
        var state = gradients ? List.of(parameters) : List.of(parameters, moments.get(0), moments.get(1));
        var outcome = averaging.round(state, ticket, (vector, from, values) -> {
            averages.join();
            if (gradients) {
                updater.update(parameters, from, values, moments.get(0), moments.get(1), ticket.step());
            } else {
                state.get(vector).put(from, values, 0, values.length);
            }
        });
        var reports = IntStream.range(0, config.workers())
                .mapToObj(worker -> WorkerReport.of(outcome.report(worker)))
                .toList();
        requireOneLibrary(reports);
        normalise();
        return new Result(outcome, reports);
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

    /** Projects the parameters onto their constraints. */
    void normalise() {
        normalisation.normalise(parameters.array());
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
    }
}
