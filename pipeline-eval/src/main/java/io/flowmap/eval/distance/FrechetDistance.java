package io.flowmap.eval.distance;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The squared Frechet (2-Wasserstein) distance of the Gaussians that match two sets of features:
 * |mu_1 - mu_2|^2 + tr(C_1 + C_2 - 2 (C_1 C_2)^{1/2}), covariances divided by count - ddof.
 *
 * <p>The cross term is the nuclear norm of the product of the covariances' factors, which is exact even if a covariance is
 * singular: tr (C_1 C_2)^{1/2} = || F_1 F_2' ||_* / sqrt((n_1 - ddof)(n_2 - ddof)) for scatters M = F'F.
 */
public final class FrechetDistance {
    /** Delta degrees of freedom of sample covariances: pytorch-fid, torch-fidelity, EDM2. */
    public static final int SAMPLE = 1;

    /** Delta degrees of freedom of population covariances: StyleGAN2-ADA, StyleGAN3. */
    public static final int POPULATION = 0;

    private static final Logger LOG = LoggerFactory.getLogger(FrechetDistance.class);

    private FrechetDistance() {}

    /** The distance with sample covariances. */
    public static double between(Moments a, Moments b) {
        return between(a, b, SAMPLE);
    }

    /**
     * The distance, at least 0. Logs a warning if a set has no more vectors than dimensions: the value is exact, but the covariance is
     * singular.
     *
     * @param ddof {@link #SAMPLE} or {@link #POPULATION}
     * @throws IllegalArgumentException if a set has fewer than two vectors or the dimensions differ
     */
    public static double between(Moments a, Moments b, int ddof) {
        if (a.count() < 2 || b.count() < 2 || a.dimension() != b.dimension()) {
            throw new IllegalArgumentException("cannot take a Frechet distance: expected two or more vectors of one"
                    + " dimension on each side, got " + a.count() + " of " + a.dimension() + " and " + b.count()
                    + " of "
                    + b.dimension());
        }
        if (Math.min(a.count(), b.count()) <= a.dimension()) {
            LOG.warn(
                    "frechet-distance vectors={} and={} dimension={} note=no more vectors than dimensions: the covariance is"
                            + " singular and the distance far above that of many vectors",
                    a.count(),
                    b.count(),
                    a.dimension());
        }
        double na = a.count() - ddof;
        double nb = b.count() - ddof;
        double cross = a.crossNuclearNorm(b) / Math.sqrt(na) / Math.sqrt(nb);
        return Math.max(0, shift(a.mean(), b.mean()) + a.scatterTrace() / na + b.scatterTrace() / nb - 2 * cross);
    }

    private static double shift(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            double difference = a[j] - b[j];
            sum += difference * difference;
        }
        return sum;
    }
}
