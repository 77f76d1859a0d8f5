package io.flowmap.adversarial.discriminator;

import io.flowmap.nn.Scope;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Minibatch standard deviation (Karras et al. 2018, as StyleGAN2 has it): the deviation of the features over a group of G samples,
 * averaged over pixels and over each of F parts of the channels, as F further channels. Sample i is in group i mod (N/G).
 *
 * @param groupSize most samples of a group; N is to be divisible by it, or at most it
 * @param channels F
 */
record MinibatchDeviation(int groupSize, int channels) {
    private static final double EPSILON = 1e-8;

    /** x [N,H,W,C] with F channels more. Throws {@link IllegalArgumentException} if N can not be cut into groups. */
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
