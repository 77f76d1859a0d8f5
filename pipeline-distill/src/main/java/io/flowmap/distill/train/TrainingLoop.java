package io.flowmap.distill.train;

import io.flowmap.distill.train.average.RoundTicket;
import io.flowmap.distill.train.ema.Averages;
import io.flowmap.distill.train.log.RoundMetrics;
import io.flowmap.distill.train.log.TrainingLog;
import io.flowmap.distill.train.step.FlatArray;
import io.flowmap.distill.train.step.GuardConfig;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Progress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs rounds until the last step. */
final class TrainingLoop {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);

    private final JobContext context;
    private final TrainingConfig config;
    private final Rounds rounds;
    private final Averages averages;
    private final TrainingArchive archive;
    private final TrainingLog log;
    private final Guard guard;
    private final Watch watch;
    private final Monitor monitor;
    private TrainingState state;
    private String hash;
    private long rowStart;
    private long end;
    private String objection = "";

    TrainingLoop(
            JobContext context,
            TrainingConfig config,
            Rounds rounds,
            Averages averages,
            TrainingArchive archive,
            TrainingLog log,
            Watch watch,
            Monitor monitor) {
        this.context = context;
        this.config = config;
        this.rounds = rounds;
        this.averages = averages;
        this.archive = archive;
        this.log = log;
        this.guard = new Guard(config.guard());
        this.watch = watch;
        this.monitor = monitor;
    }

    /**
     * @param parameters the vector that the training works on
     * @param firstStep steps done at the start
     * @param start asked for once if there is no checkpoint
     */
    TrainedModel run(FlatArray parameters, long firstStep, Supplier<TrainingStart> start) {
        end = firstStep + config.steps();
        begin(parameters, start);
        rowStart = System.nanoTime();
        try (var bar = context.progress().bar("train", config.steps(), "steps")) {
            bar.step(state.counters().step() - firstStep);
            while (objection.isEmpty() && state.counters().step() < end) {
                round(bar);
            }
        }
        return archive.model(state.counters().step(), hash, objection);
    }

    private void begin(FlatArray parameters, Supplier<TrainingStart> start) {
        var restored = archive.restore(parameters);
        if (restored.isPresent()) {
            state = restored.get().state();
            hash = restored.get().hash();
            rounds.require(state.counters().library());
            context.progress().phase("resume", Map.of("step", state.counters().step()));
            tellSaved();
            return;
        }
        state = TrainingState.of(start.get(), parameters, config.samplesPerStep());
        if (state.counters().step() == 0) {
            normalise();
        }
        if (config.guard().action() == GuardConfig.Action.ROLLBACK || config.steps() == 0 || watch != null) {
            save();
        }
    }

    /** Projects new parameters before their averages begin. Those of an earlier training are already projected. */
    private void normalise() {
        rounds.normalise();
        state.averages().forEach(average -> state.parameters().get(0, average, 0, average.length));
    }

    private void round(Progress.Bar bar) {
        var ticket = ticket();
        var result = rounds.run(state.firstMoment(), state.secondMoment(), ticket);
        long now = System.nanoTime();
        var row = RoundMetrics.of(
                ticket,
                result.reports(),
                result.outcome(),
                state.counters().rollbacks(),
                config,
                rounds.learningRate(ticket),
                (now - rowStart) / 1e6);
        rowStart = now;
        var divergence =
                guard.check(ticket, result.reports(), row, state.counters().guard());
        if (divergence.isPresent()) {
            recover(divergence.get(), row, bar);
            return;
        }
        if (watch != null) {
            watch.round(row.step(), row.measures());
        }
        bar.step(ticket.steps());
        advance(ticket, row, bar);
        var values = new LinkedHashMap<String, Double>();
        values.put("loss", row.loss());
        values.put("g", row.all().median());
        values.put("grad", row.gradientNorm());
        values.put("ms", row.roundMillis());
        bar.values(values);
    }

    private RoundTicket ticket() {
        var counters = state.counters();
        int steps = (int) Math.min(config.localSteps(), end - counters.step());
        long firstSample = counters.step() * config.samplesPerStep() + counters.sampleOffset();
        return new RoundTicket(counters.round(), counters.step(), steps, firstSample);
    }

    private void advance(RoundTicket ticket, RoundMetrics row, Progress.Bar bar) {
        var memory = state.counters().guard().with(row, config.guard().window());
        state = state.with(state.counters().next(ticket, memory, rounds.library()));
        averages.start(state.averages(), state.parameters(), state.counters().step(), ticket.steps());
        var look = watch == null || !due(config.checkpointEvery())
                ? Watch.Look.NONE
                : watch.look(row.step(), state.parameters().copy());
        note(row, look, look.objection().isEmpty() ? validation() : Double.NaN);
        if (!look.objection().isEmpty()) {
            giveWay(look.objection(), row, bar);
            return;
        }
        boolean snapshot = config.takesSnapshots() && due(config.snapshotEvery());
        if (snapshot || due(config.checkpointEvery())) {
            averages.join();
        }
        if (snapshot) {
            archive.snapshot(state);
        }
        if (due(config.checkpointEvery())) {
            save();
        }
    }

    private void save() {
        hash = archive.save(state);
        tellSaved();
    }

    private void tellSaved() {
        context.progress()
                .goesOn("from the checkpoint of step " + state.counters().step() + " in " + archive.dir());
    }

    /** Shows the monitor what would be sampled. */
    private double validation() {
        if (monitor == null || !due(config.checkpointEvery())) {
            return Double.NaN;
        }
        averages.join();
        var shown = state.averages();
        return monitor.at(
                state.counters().step(), shown.isEmpty() ? state.parameters().copy() : shown.get(shown.size() - 1));
    }

    /** Adds a row to the table, with the quantities of monitor and watch if there are any. */
    private void note(RoundMetrics row, Watch.Look look, double validation) {
        var seen = monitor == null ? row : row.with(validation);
        log.add(watch == null ? seen : seen.with(look.value()));
    }

    private boolean due(int everyRounds) {
        return state.counters().step() == end || state.counters().round() % everyRounds == 0;
    }

    /** Rolls back to the last checkpoint and continues with samples not drawn yet, or ends the training. */
    private void recover(Guard.Divergence divergence, RoundMetrics row, Progress.Bar bar) {
        int rollbacks = state.counters().rollbacks();
        if (config.guard().action() == GuardConfig.Action.STOP
                || rollbacks == config.guard().maxRollbacks()) {
            note(row, Watch.Look.NONE, Double.NaN);
            log.flush();
            throw new DivergedTraining(divergence
                    + (rollbacks == 0 ? "" : " after " + rollbacks + " roll-backs")
                    + (watch == null ? "" : " (" + watch.advice() + ")"));
        }
        rollBack(divergence.toString(), row, bar);
    }

    /** Handles an objection of the watch: continues from the last checkpoint, or ends the training there. */
    private void giveWay(String found, RoundMetrics row, Progress.Bar bar) {
        averages.join();
        if (watch.goesOn() && state.counters().rollbacks() < config.guard().maxRollbacks()) {
            rollBack(found, row, bar);
            return;
        }
        hash = restore();
        LOG.warn("ended_at_step={} cause=\"{}\"", state.counters().step(), found);
        objection = found;
    }

    private void rollBack(String cause, RoundMetrics row, Progress.Bar bar) {
        int rollbacks = state.counters().rollbacks();
        long step = state.counters().step();
        restore();
        long offset = row.samples() - state.counters().step() * config.samplesPerStep();
        bar.step(state.counters().step() - step);
        state = state.with(state.counters().rolledBack(offset, rollbacks + 1));
        LOG.warn(
                "rollback={} to_step={} cause=\"{}\"",
                rollbacks + 1,
                state.counters().step(),
                cause);
    }

    /** Goes back to the last checkpoint and returns its hash. The old moments and averages are dropped before the new ones are read. */
    private String restore() {
        var parameters = state.parameters();
        state = null;
        var back = archive.restore(parameters).orElseThrow();
        state = back.state();
        return back.hash();
    }
}
