package io.flowmap.distill.train.ema;

import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;

/**
 * Weights that combine stored averages into one of another width or time: the x that minimises || p - sum_i x_i p_i ||^2 between the
 * profiles, from its normal equations in float64, then scaled to sum 1 (Karras et al. 2024, "EDM2", appendix C.3, Algorithm 3).
 *
 * @param weights x, in the order of the stored averages
 * @param error || p - sum_i x_i p_i || / || p ||
 */
record PostHocWeights(double[] weights, double error) {
    static PostHocWeights solve(List<PowerProfile> stored, PowerProfile wanted) {
        int n = stored.size();
        var products = new Array2DRowRealMatrix(n, n);
        var right = new ArrayRealVector(n);
        for (int i = 0; i < n; i++) {
            right.setEntry(i, stored.get(i).dot(wanted));
            for (int j = 0; j <= i; j++) {
                double product = stored.get(i).dot(stored.get(j));
                products.setEntry(i, j, product);
                products.setEntry(j, i, product);
            }
        }
        var x = new LUDecomposition(products, Double.MIN_NORMAL).getSolver().solve(right);
        x = x.mapMultiply(1 / new ArrayRealVector(n, 1.0).dotProduct(x));
        double square = wanted.dot(wanted);
        double rest = square - 2 * x.dotProduct(right) + x.dotProduct(products.operate(x));
        return new PostHocWeights(x.toArray(), Math.sqrt(Math.max(0, rest) / square));
    }
}
