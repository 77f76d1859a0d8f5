package io.flowmap.distill;

import io.flowmap.data.TrainingSplits;
import io.flowmap.distill.objective.FlowMatching;
import io.flowmap.distill.train.TrainedModel;
import io.flowmap.distill.train.Trainer;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.NetworkSpec;
import io.flowmap.stage.JobContext;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;

/**
 * Flow matching training of a velocity network on the run's data, from initial parameters or from the last checkpoint.
 *
 * @param time mean and standard deviation of logit t
 * @param labelDropout share of samples trained without their class
 */
public record FlowMatchingTraining(TimePairs time, double labelDropout, TrainingConfig training) {
    public FlowMatchingTraining {
        if (labelDropout < 0 || labelDropout > 1) {
            throw new IllegalArgumentException("expected label-dropout in [0, 1], got " + labelDropout);
        }
    }

    /**
     * Trains from the initial parameters, or resumes from the directory's last checkpoint.
     *
     * @param initial draws or reads the initial parameters [P], the same whenever it is asked
     * @param seed seed of the training's random numbers
     */
    public TrainedModel run(JobContext context, NetworkSpec spec, Supplier<float[]> initial, long seed, Path dir) {
        var all = spec.parameters();
        var part = TrainedPart.of(
                all,
                wanted -> wanted == all ? initial.get() : wanted.select(all, initial.get()),
                all,
                training.parameters(),
                null,
                context.hadoop(),
                dir);
        var recipe = recipe(spec, seed).with(part.parameters(), part.frozen());
        var splits = TrainingSplits.of(context, training.splits());
        var monitor = recipe.monitor(training.monitor(), spec, splits, dir);
        return new Trainer(context, recipe, BlockSource.latents(splits), training, dir, null, monitor)
                .train(part.initial(), part.parameters().layout());
    }

    StudentFactory recipe(NetworkSpec spec, long seed) {
        return new StudentFactory(spec, new FlowMatching(time), null, null, labelDropout, seed);
    }
}
