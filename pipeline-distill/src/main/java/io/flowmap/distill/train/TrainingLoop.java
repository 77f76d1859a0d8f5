package io.flowmap.distill.train;

import io.flowmap.job.JobContext;
import io.flowmap.job.Progress;
import io.flowmap.job.UserError;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rounds one after the other, until the last step. */
final class TrainingLoop {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);

    private final JobContext context;
    private final TrainingConfig config;
    private final Rounds rounds;
    private final Averages averages;
    private final TrainingArchive archive;
    private final TrainingLog log;
    private final Guard guard;
    private TrainingState state;
    private String hash;
    private long rowStart;

    TrainingLoop(
            JobContext context,
            TrainingConfig config,
            Rounds rounds,
            Averages averages,
            TrainingArchive archive,
            TrainingLog log) {
        this.context = context;
        this.config = config;
        this.rounds = rounds;
        this.averages = averages;
        this.archive = archive;
        this.log = log;
        this.guard = new Guard(config.guard());
    }

    TrainedModel run(float[] initial) {
        begin(initial);
        rowStart = System.nanoTime();
        try (var bar = context.progress().bar("train", config.steps())) {
            bar.step(state.counters().step());
            while (state.counters().step() < config.steps()) {
                round(bar);
            }
        }
        return new TrainedModel(state.counters().step(), hash, archive.layout(), state.roles(config.emaStds()));
    }

    private void begin(float[] initial) {
        var restored = archive.restore();
        if (restored.isPresent()) {
            state = restored.get().state();
            hash = restored.get().hash();
            rounds.require(state.counters().library());
            context.progress().phase("resume", Map.of("step", state.counters().step()));
            return;
        }
        var start = initial.clone();
        rounds.normalise(start);
        state = TrainingState.fresh(start, config.emaStds().size());
        if (config.guard().action() == GuardConfig.Action.ROLLBACK || config.steps() == 0) {
            hash = archive.save(state);
        }
    }

    private void round(Progress.Bar bar) {
        var ticket = ticket();
        var result = rounds.run(state.vectors(), ticket);
        long now = System.nanoTime();
        var row = RoundMetrics.of(ticket, result.reports(), result.outcome(), state, config, (now - rowStart) / 1e6);
        rowStart = now;
        var divergence =
                guard.check(ticket, result.reports(), row, state.counters().guard());
        if (divergence.isPresent()) {
            recover(divergence.get(), row, bar);
            return;
        }
        advance(ticket, result, row);
        bar.step(ticket.steps());
        bar.extra(String.format(
                Locale.ROOT,
                "loss=%.4g g=%.4g grad=%.3g ms=%.0f",
                row.loss(),
                row.all().median(),
                row.gradientNorm(),
                row.roundMillis()));
    }

    private RoundTicket ticket() {
        var counters = state.counters();
        int steps = (int) Math.min(config.localSteps(), config.steps() - counters.step());
        long firstSample = counters.step() * config.samplesPerStep() + counters.sampleOffset();
        return new RoundTicket(counters.round(), counters.step(), steps, firstSample);
    }

    private void advance(RoundTicket ticket, Rounds.Result result, RoundMetrics row) {
        var memory = state.counters().guard().with(row, config.guard().window());
        state = state.with(result.vectors(), state.counters().next(ticket, memory, rounds.library()));
        averages.start(state.averages(), result.vectors()[0], state.counters().step(), ticket.steps());
        log.add(row);
        boolean snapshot = config.takesSnapshots() && due(config.snapshotEvery());
        if (snapshot || due(config.checkpointEvery())) {
            averages.join();
        }
        if (snapshot) {
            archive.snapshot(state);
        }
        if (due(config.checkpointEvery())) {
            hash = archive.save(state);
        }
    }

    private boolean due(int everyRounds) {
        return state.counters().step() == config.steps() || state.counters().round() % everyRounds == 0;
    }

    /** Goes back to the last checkpoint with samples not drawn yet, or ends the training. */
    private void recover(Guard.Divergence divergence, RoundMetrics row, Progress.Bar bar) {
        int rollbacks = state.counters().rollbacks();
        if (config.guard().action() == GuardConfig.Action.STOP
                || rollbacks == config.guard().maxRollbacks()) {
            log.add(row);
            log.flush();
            throw new UserError(divergence + (rollbacks == 0 ? "" : " after " + rollbacks + " roll-backs"));
        }
        var back = archive.restore().orElseThrow().state();
        long offset = row.samples() - back.counters().step() * config.samplesPerStep();
        bar.step(back.counters().step() - state.counters().step());
        state = back.with(back.vectors(), back.counters().rolledBack(offset, rollbacks + 1));
        LOG.warn(
                "rollback={} to_step={} cause=\"{}\"",
                rollbacks + 1,
                state.counters().step(),
                divergence);
    }
}
