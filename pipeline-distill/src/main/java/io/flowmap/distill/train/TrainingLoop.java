package io.flowmap.distill.train;

import io.flowmap.distill.train.average.RoundTicket;
import io.flowmap.distill.train.ema.Averages;
import io.flowmap.distill.train.log.RoundMetrics;
import io.flowmap.distill.train.log.TrainingLog;
import io.flowmap.distill.train.step.GuardConfig;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Progress;
import java.util.LinkedHashMap;
import java.util.Map;
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
            Watch watch) {
        this.context = context;
        this.config = config;
        this.rounds = rounds;
        this.averages = averages;
        this.archive = archive;
        this.log = log;
        this.guard = new Guard(config.guard());
        this.watch = watch;
    }

    TrainedModel run(TrainingStart start) {
        end = start.step() + config.steps();
        begin(start);
        rowStart = System.nanoTime();
        try (var bar = context.progress().bar("train", config.steps(), "steps")) {
            bar.step(state.counters().step() - start.step());
            while (objection.isEmpty() && state.counters().step() < end) {
                round(bar);
            }
        }
        return new TrainedModel(
                state.counters().step(), hash, archive.layout(), state.roles(config.emaStds()), objection);
    }

    private void begin(TrainingStart start) {
        var restored = archive.restore();
        if (restored.isPresent()) {
            state = restored.get().state();
            hash = restored.get().hash();
            rounds.require(state.counters().library());
            context.progress().phase("resume", Map.of("step", state.counters().step()));
            tellSaved();
            return;
        }
        state = TrainingState.of(start, config.samplesPerStep());
        if (start.step() == 0) {
            normalise(start);
        }
        if (config.guard().action() == GuardConfig.Action.ROLLBACK || config.steps() == 0 || watch != null) {
            save();
        }
    }

    /** Projects new parameters before their averages begin. Those of an earlier training are already projected. */
    private void normalise(TrainingStart start) {
        rounds.normalise(start.parameters());
        start.averages().forEach(average -> System.arraycopy(start.parameters(), 0, average, 0, average.length));
    }

    private void round(Progress.Bar bar) {
        var ticket = ticket();
        var result = rounds.run(state.vectors(), ticket);
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
        advance(ticket, result, row, bar);
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

    private void advance(RoundTicket ticket, Rounds.Result result, RoundMetrics row, Progress.Bar bar) {
        var memory = state.counters().guard().with(row, config.guard().window());
        state = state.with(result.vectors(), state.counters().next(ticket, memory, rounds.library()));
        averages.start(state.averages(), result.vectors()[0], state.counters().step(), ticket.steps());
        var look = watch == null || !due(config.checkpointEvery())
                ? Watch.Look.NONE
                : watch.look(row.step(), state.vectors()[0]);
        note(row, look);
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

    /** Adds a row to the table, with the quantity of the watch if there is one. */
    private void note(RoundMetrics row, Watch.Look look) {
        log.add(watch == null ? row : row.with(look.value()));
    }

    private boolean due(int everyRounds) {
        return state.counters().step() == end || state.counters().round() % everyRounds == 0;
    }

    /** Rolls back to the last checkpoint and continues with samples not drawn yet, or ends the training. */
    private void recover(Guard.Divergence divergence, RoundMetrics row, Progress.Bar bar) {
        int rollbacks = state.counters().rollbacks();
        if (config.guard().action() == GuardConfig.Action.STOP
                || rollbacks == config.guard().maxRollbacks()) {
            note(row, Watch.Look.NONE);
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
        var back = archive.restore().orElseThrow();
        LOG.warn("ended_at_step={} cause=\"{}\"", back.state().counters().step(), found);
        state = back.state();
        hash = back.hash();
        objection = found;
    }

    private void rollBack(String cause, RoundMetrics row, Progress.Bar bar) {
        int rollbacks = state.counters().rollbacks();
        var back = archive.restore().orElseThrow().state();
        long offset = row.samples() - back.counters().step() * config.samplesPerStep();
        bar.step(back.counters().step() - state.counters().step());
        state = back.with(back.vectors(), back.counters().rolledBack(offset, rollbacks + 1));
        LOG.warn(
                "rollback={} to_step={} cause=\"{}\"",
                rollbacks + 1,
                state.counters().step(),
                cause);
    }
}
