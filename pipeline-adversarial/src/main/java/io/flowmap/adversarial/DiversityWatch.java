package io.flowmap.adversarial;

import io.flowmap.config.UserError;
import io.flowmap.distill.train.Watch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches a finetuning for loss of diversity (recall of one-step samples) and for a discriminator that wins the game. */
final class DiversityWatch implements Watch {
    private static final Logger LOG = LoggerFactory.getLogger(DiversityWatch.class);
    private static final String ADVICE =
            "raise finetune.penalty.gamma, or lower finetune.discriminator.learning-rate.peak or finetune.coefficient";

    private final WatchConfig config;
    private final RecallProbe probe;
    private final float[] start;
    private final Deque<Double> losses = new ArrayDeque<>();
    private double first = Double.NaN;

    /**
     * @param probe measures recall; null if recall is not watched
     * @param start parameters before finetuning, not copied; recall is compared with theirs
     */
    DiversityWatch(WatchConfig config, RecallProbe probe, float[] start) {
        this.config = config;
        this.probe = probe;
        this.start = start;
    }

    @Override
    public void round(long step, double[] measures) {
        if (measures.length == 0 || config.lostLoss() == 0) {
            return;
        }
        losses.add(measures[Measures.DISCRIMINATOR_LOSS]);
        if (losses.size() > config.lostRounds()) {
            losses.remove();
        }
        double mean = losses.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        if (losses.size() == config.lostRounds() && mean < config.lostLoss()) {
            throw new UserError(String.format(
                    Locale.ROOT,
                    "cannot go on finetuning at step %d: expected a discriminator loss of at least %s over %d rounds, got %.3g:"
                            + " the discriminator has won (%s)",
                    step,
                    config.lostLoss(),
                    config.lostRounds(),
                    mean,
                    ADVICE));
        }
    }

    @Override
    public String quantity() {
        return "recall";
    }

    @Override
    public Look look(long step, float[] parameters) {
        if (probe == null) {
            return new Look(Double.NaN, "");
        }
        double recall = probe.recall(parameters);
        double least = first() - config.maxRecallDrop();
        LOG.info("step={} recall={} start={}", step, recall, first());
        return new Look(
                recall,
                recall >= least
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "recall at step %d: expected at least %.4f (finetune.watch.max-recall-drop below %.4f), got %.4f",
                                step,
                                least,
                                first(),
                                recall));
    }

    /** Recall before finetuning. */
    double first() {
        first = Double.isNaN(first) && probe != null ? probe.recall(start) : first;
        return first;
    }

    @Override
    public boolean goesOn() {
        return config.action() == WatchConfig.Action.ROLLBACK;
    }

    @Override
    public String advice() {
        return ADVICE;
    }
}
