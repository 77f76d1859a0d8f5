package io.flowmap.eval.preference;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.distribution.FDistribution;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;

/**
 * Whether positions are chosen equally often, as they would be in a study with balanced positions if nobody minded them. Hotelling's test of
 * each participant's choices of a position less their share 1/m, so that people who each have a habit do not look like a common bias.
 */
public final class SideBias {
    private static final double SINGULAR = 1e-12;

    private SideBias() {}

    /**
     * Chance of a difference as large as seen if there is no bias; NaN with too few participants (m or fewer).
     *
     * @param participants tally of each participant
     */
    public static double chance(List<Tally> participants) {
        int m = participants.isEmpty() ? 0 : participants.get(0).size();
        int q = m - 1;
        int n = participants.size();
        if (n <= m) {
            return Double.NaN;
        }
        var off = new double[n][q];
        var mean = new double[q];
        for (int i = 0; i < n; i++) {
            double[] sides = participants.get(i).sides();
            double fair = Arrays.stream(sides).sum() / m;
            for (int k = 0; k < q; k++) {
                off[i][k] = sides[k] - fair;
                mean[k] += off[i][k] / n;
            }
        }
        var solver = new LUDecomposition(covariance(off, mean), SINGULAR).getSolver();
        if (!solver.isNonSingular()) {
            return Arrays.stream(mean).allMatch(x -> x == 0) ? 1 : 0;
        }
        var centre = new ArrayRealVector(mean);
        double squared = n * centre.dotProduct(solver.solve(centre));
        double f = squared * (n - q) / (q * (n - 1.0));
        return 1 - new FDistribution(null, q, n - q).cumulativeProbability(f);
    }

    private static Array2DRowRealMatrix covariance(double[][] off, double[] mean) {
        int q = mean.length;
        var covariance = new Array2DRowRealMatrix(q, q);
        for (var row : off) {
            for (int i = 0; i < q; i++) {
                for (int j = 0; j < q; j++) {
                    covariance.addToEntry(i, j, (row[i] - mean[i]) * (row[j] - mean[j]) / (off.length - 1));
                }
            }
        }
        return covariance;
    }
}
