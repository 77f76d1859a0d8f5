package io.flowmap.distill.prepare;

import java.util.Arrays;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;

/**
 * The minimum over ||w|| = 1 of E (w . x - y)^2 in closed form: w = (A + lambda)^-1 b, A = E x x', b = E x y. lambda is the value above
 * minus the least eigenvalue of A for which ||w|| = 1 (the secular equation; More and Sorensen 1983).
 */
final class SphereLeastSquares {
    private final double[] eigenvalues;
    private final double[][] features;
    private final EigenDecomposition basis;

    /** Features [N,n] of equally weighted points. */
    SphereLeastSquares(double[][] features) {
        this.features = features;
        int n = features[0].length;
        var moments = new double[n][n];
        for (double[] x : features) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    moments[i][j] += x[i] * x[j] / features.length;
                }
            }
        }
        basis = new EigenDecomposition(MatrixUtils.createRealMatrix(moments));
        eigenvalues = basis.getRealEigenvalues();
    }

    /** The minimum of E (w . x - y)^2 for targets y [N]. */
    double least(double[] y) {
        int n = eigenvalues.length;
        var b = new double[n];
        for (int k = 0; k < y.length; k++) {
            for (int i = 0; i < n; i++) {
                b[i] += features[k][i] * y[k] / y.length;
            }
        }
        double[] c = basis.getVT().operate(b);
        double low = -Arrays.stream(eigenvalues).min().orElseThrow();
        double high = low + 1 + Math.sqrt(dot(b, b));
        for (int i = 0; i < 200; i++) {
            double middle = (low + high) / 2;
            double[] w = solution(c, middle);
            if (dot(w, w) > 1) {
                low = middle;
            } else {
                high = middle;
            }
        }
        double[] w = solution(c, high);
        double quadratic = 0;
        for (int i = 0; i < n; i++) {
            quadratic += eigenvalues[i] * w[i] * w[i];
        }
        return quadratic - 2 * dot(w, c) + dot(y, y) / y.length;
    }

    private double[] solution(double[] c, double lambda) {
        var w = new double[c.length];
        Arrays.setAll(w, i -> c[i] / (eigenvalues[i] + lambda));
        return w;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
