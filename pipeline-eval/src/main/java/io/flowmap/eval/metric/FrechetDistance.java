package io.flowmap.eval.metric;

/**
 * The squared Frechet (2-Wasserstein) distance of the Gaussians that match two sets of features:
 * |mu_1 - mu_2|^2 + tr(C_1 + C_2 - 2 (C_1 C_2)^{1/2}), covariances with ddof 1 (pytorch-fid, torch-fidelity, EDM2).
 *
 * <p>The cross term is the nuclear norm of the product of the covariances' factors, exact also where a covariance is
 * singular: tr (C_1 C_2)^{1/2} = || X_1 X_2' ||_* / sqrt((n_1 - 1)(n_2 - 1)) for centred data X = Q R.
 */
public final class FrechetDistance {
    /** Delta degrees of freedom of the covariances. */
    public static final int DDOF = 1;

    private FrechetDistance() {}

    /** The distance, at least 0; throws {@link IllegalArgumentException} where a set has fewer than two vectors. */
    public static double between(Moments a, Moments b) {
        if (a.count() < 2 || b.count() < 2 || a.dimension() != b.dimension()) {
            throw new IllegalArgumentException("cannot take a Frechet distance: expected two or more vectors of one"
                    + " dimension on each side, got " + a.count() + " of " + a.dimension() + " and " + b.count()
                    + " of "
                    + b.dimension());
        }
        double na = a.count() - DDOF;
        double nb = b.count() - DDOF;
        var meanA = a.mean();
        var meanB = b.mean();
        double shift = 0;
        for (int j = 0; j < a.dimension(); j++) {
            double difference = meanA[j] - meanB[j];
            shift += difference * difference;
        }
        double cross = a.crossNuclearNorm(b) / Math.sqrt(na) / Math.sqrt(nb);
        return Math.max(0, shift + a.scatterTrace() / na + b.scatterTrace() / nb - 2 * cross);
    }
}
