package io.flowmap.distill;

import io.flowmap.checkpoint.FrozenFile;
import io.flowmap.config.UserError;
import io.flowmap.nn.FlatParameters;
import java.util.List;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The split of a network's parameters into trained and frozen ones.
 *
 * @param parameters the trained parameters
 * @param initial draws or reads their values [P]; nobody else holds the vector
 * @param frozen the frozen parameters, stored beside the checkpoints; null if all are trained
 */
record TrainedPart(FlatParameters parameters, Supplier<float[]> initial, FrozenFile frozen) {
    /**
     * Writes the frozen parameters unless they are already stored. Throws {@link UserError} if the stored ones differ, a pattern matches
     * no parameter, or there are more parameters than an array holds.
     *
     * @param all parameters of the network
     * @param values draws or reads their values [P], the same whenever it is asked
     * @param open those that may be trained: all, or adapters and what else stands beside a base that stays as it is
     * @param patterns patterns of names, in the form of {@link FlatParameters#matching}
     * @param dir directory of the training
     */
    static TrainedPart of(
            FlatParameters all,
            Supplier<float[]> values,
            FlatParameters open,
            List<String> patterns,
            Configuration hadoop,
            Path dir) {
        if (all.length() > Integer.MAX_VALUE) {
            throw new UserError("cannot train a network of " + all.length() + " parameters: expected at most "
                    + Integer.MAX_VALUE + ", as the initial values of all, frozen ones too, are one array");
        }
        var trained = trained(open, patterns);
        if (trained == all) {
            return new TrainedPart(all, values, null);
        }
        var rest = all.without(trained);
        var frozen = FrozenFile.write(hadoop, dir, rest.layout(), rest.select(all, values.get()));
        return new TrainedPart(trained, () -> trained.select(all, values.get()), frozen);
    }

    /** The parameters that patterns select. */
    static FlatParameters trained(FlatParameters open, List<String> patterns) {
        try {
            return open.matching(patterns);
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot accept setting training.parameters: " + e.getMessage(), e);
        }
    }
}
