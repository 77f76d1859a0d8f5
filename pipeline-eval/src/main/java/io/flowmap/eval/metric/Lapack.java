package io.flowmap.eval.metric;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgelqf;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgesdd;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;

/** The three dense float64 operations that the metrics need, on row-major arrays, by the OpenBLAS that ND4J ships. */
final class Lapack {
    private Lapack() {}

    /**
     * The triangular factor R [min(rows, d), d] with R'R = A'A of a row-major A [rows, d], which is overwritten.
     * A is A' to LAPACK's column-major eyes, so its LQ factorisation is the QR factorisation meant here.
     */
    static double[] triangularFactor(double[] a, int rows, int d) {
        int rank = Math.min(rows, d);
        check("dgelqf", LAPACKE_dgelqf(LAPACK_COL_MAJOR, d, rows, a, d, new double[rank]));
        var factor = new double[rank * d];
        for (int i = 0; i < rank; i++) {
            System.arraycopy(a, i * d + i, factor, i * d + i, d - i);
        }
        return factor;
    }

    /** A B' of row-major A [m, d] and B [n, d]. */
    static double[] timesTransposed(double[] a, double[] b, int m, int n, int d) {
        var product = new double[m * n];
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, d, 1, a, d, b, d, 0, product, n);
        return product;
    }

    /** The sum of the singular values of A [m, n], which is overwritten. */
    static double nuclearNorm(double[] a, int m, int n) {
        var singular = new double[Math.min(m, n)];
        var unused = new double[1];
        check("dgesdd", LAPACKE_dgesdd(LAPACK_COL_MAJOR, (byte) 'N', n, m, a, n, singular, unused, 1, unused, 1));
        double sum = 0;
        for (int i = singular.length - 1; i >= 0; i--) {
            sum += singular[i];
        }
        return sum;
    }

    private static void check(String routine, int info) {
        if (info != 0) {
            throw new ArithmeticException("cannot factorise a matrix: expected " + routine + " info 0, got " + info
                    + " (not finite or no convergence)");
        }
    }
}
