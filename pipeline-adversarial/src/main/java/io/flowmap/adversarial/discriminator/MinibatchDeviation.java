package io.flowmap.adversarial.discriminator;

import io.flowmap.nn.Scope;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Minibatch standard deviation (Karras et al. 2018, in StyleGAN2's form): the standard deviation of the features over a group of G
 * samples, averaged over pixels and over each of F parts of the channels, appended as F channels. Sample i is in group i mod (N/G).
 *
 * @param groupSize largest number of samples in a group; N must be divisible by it, or smaller
 * @param channels F
 */
record MinibatchDeviation(int groupSize, int channels) {
    private static final double EPSILON = 1e-8;

    /** Appends F channels to x [N,H,W,C]. Throws {@link IllegalArgumentException} if N cannot be split into groups. */
    SDVariable appended(Scope scope, SDVariable x) {
        long[] shape = scope.shapes().of(x);
        long group = Math.min(groupSize, shape[0]);
        if (shape[0] % group != 0) {
            throw new IllegalArgumentException("cannot take the minibatch deviation: expected a batch divisible by "
                    + "discriminator.group-size = " + groupSize + ", got " + shape[0]);
        }
        var sd = scope.graph();
        long groups = shape[0] / group;
        long pixels = shape[1] * shape[2];
        var grouped = sd.reshape(x, group, groups, pixels, channels, shape[3] / channels);
        var centred = grouped.sub(grouped.mean(true, 0));
        var variance = sd.math().square(centred).mean(true, 0);
        var deviation = sd.math().sqrt(variance.add(EPSILON)).mean(true, 2, 4);
        var everywhere = deviation.add(sd.constant(Nd4j.zeros(scope.type(), group, groups, pixels, channels, 1)));
        return sd.concat(3, x, sd.reshape(everywhere, shape[0], shape[1], shape[2], channels));
    }
}
