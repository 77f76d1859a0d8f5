package io.flowmap.distill;

import io.flowmap.checkpoint.FrozenFile;
import io.flowmap.config.UserError;
import io.flowmap.nn.FlatParameters;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * What a training changes of a network, and what it does not.
 *
 * @param parameters that it changes
 * @param initial their values [P]
 * @param frozen the others, beside the training's checkpoints; null where it changes all
 */
record TrainedPart(FlatParameters parameters, float[] initial, FrozenFile frozen) {
    /**
     * Writes the frozen part, unless it lies there. Throws {@link UserError} if another lies there, or a pattern matches no parameter.
     *
     * @param all parameters of the network
     * @param values theirs [P]
     * @param patterns of names, as {@link FlatParameters#matching} takes them
     * @param dir of the training
     */
    static TrainedPart of(FlatParameters all, float[] values, List<String> patterns, Configuration hadoop, Path dir) {
        var trained = trained(all, patterns);
        if (trained == all) {
            return new TrainedPart(all, values, null);
        }
        var rest = all.without(trained);
        var frozen = FrozenFile.write(hadoop, dir, rest.layout(), rest.select(all, values));
        return new TrainedPart(trained, trained.select(all, values), frozen);
    }

    private static FlatParameters trained(FlatParameters all, List<String> patterns) {
        try {
            return all.matching(patterns);
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot accept setting training.parameters: " + e.getMessage(), e);
        }
    }
}
