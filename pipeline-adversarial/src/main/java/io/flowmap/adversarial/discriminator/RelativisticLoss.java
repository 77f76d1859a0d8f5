package io.flowmap.adversarial.discriminator;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Relativistic pairing GAN (Jolicoeur-Martineau 2018, Huang et al. 2024) over pairs of a real and a fake sample:
 *
 * <pre>
 * L_D = mean softplus(-(D(real) - D(fake)))
 * L_G = mean softplus(-(D(fake) - D(real)))
 * </pre>
 *
 * @param real logits D(real) [N]
 * @param fake logits D(fake) [N]
 * @param batch N
 */
record RelativisticLoss(SDVariable real, SDVariable fake, long batch) {
    /** softplus(-(D(real) - D(fake))) [N]. */
    SDVariable discriminator() {
        return graph().nn().softplus(fake.sub(real));
    }

    /** softplus(-(D(fake) - D(real))) [N]. */
    SDVariable generator() {
        return graph().nn().softplus(real.sub(fake));
    }

    /** dL_D/dD(fake) [N]; dL_D/dD(real) is its negative. */
    SDVariable discriminatorSlope() {
        return graph().nn().sigmoid(fake.sub(real)).mul(1.0 / batch);
    }

    /** dL_G/dD(fake) [N]. */
    SDVariable generatorSlope() {
        return graph().nn().sigmoid(real.sub(fake)).mul(-1.0 / batch);
    }

    private SameDiff graph() {
        return real.getSameDiff();
    }
}
