package io.flowmap.distill;

import io.flowmap.checkpoint.FrozenFile;
import io.flowmap.config.UserError;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.FlatParameters;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The split of a network's parameters into trained and frozen ones.
 *
 * @param parameters the trained parameters
 * @param initial draws or reads their values [P]; nobody else holds the vector
 * @param frozen file of the frozen parameters; null if all are trained
 */
record TrainedPart(FlatParameters parameters, Supplier<float[]> initial, FrozenFile frozen) {
    /**
     * Names the file of the frozen parameters: the base's, if it holds just these, else one that is written unless it is already stored.
     * Throws {@link UserError} if the stored ones differ, a pattern matches no parameter, or a part has more parameters than an array
     * holds.
     *
     * @param all parameters of the network
     * @param values draws or reads the values of some of them, the same whenever it is asked
     * @param open those that may be trained: all, or adapters and what else stands beside a base that stays as it is
     * @param patterns patterns of names, in the form of {@link FlatParameters#matching}
     * @param base network whose weights stay in their file; null for none
     * @param dir directory of the training
     */
    static TrainedPart of(
            FlatParameters all,
            Values values,
            FlatParameters open,
            List<String> patterns,
            StoredModel base,
            Configuration hadoop,
            Path dir) {
        var trained = trained(open, patterns);
        Supplier<float[]> initial = () -> values.of(requireFits(trained));
        if (trained == all) {
            return new TrainedPart(all, initial, null);
        }
        var rest = all.without(trained);
        var frozen = kept(rest, base, hadoop)
                .orElseGet(() -> FrozenFile.write(hadoop, dir, rest.layout(), values.of(requireFits(rest))));
        return new TrainedPart(trained, initial, frozen);
    }

    /** The file of a base whose weights stay there, if these are just the frozen parameters. */
    static Optional<FrozenFile> kept(FlatParameters frozen, StoredModel base, Configuration hadoop) {
        return base != null && frozen.names().equals(base.spec().parameters().names())
                ? base.base(hadoop)
                : Optional.empty();
    }

    /** Values of parameters, as their flat vector. */
    @FunctionalInterface
    interface Values {
        float[] of(FlatParameters part);
    }

    private static FlatParameters requireFits(FlatParameters part) {
        if (part.length() > Integer.MAX_VALUE) {
            throw new UserError(
                    "cannot train a network with a part of " + part.length()
                            + " trained or rewritten parameters: expected at most " + Integer.MAX_VALUE
                            + ", as they are one array (distill.lora.rank trains adapters beside weights that stay in their file)");
        }
        return part;
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
