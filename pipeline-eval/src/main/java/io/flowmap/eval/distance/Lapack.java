package io.flowmap.eval.distance;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgelqf;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgesdd;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dpotrf;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dpstrf;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyevd;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsygst;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_dsyrk;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/** The dense linear algebra of the metrics on row-major arrays, computed by the OpenBLAS that ND4J ships. */
public final class Lapack {
    /** Above this size the eigenvalues of A'A are tried before the singular values of A, which take three times as long. */
    private static final int LARGE = 512;

    /** Relative error of a nuclear norm below which the eigenvalues of A'A are accurate enough. */
    private static final double ENOUGH = 1e-11;

    /** Columns of a tile of A'A. */
    private static final int TILE = 512;

    private static final double UNIT_ROUNDOFF = Math.ulp(1.0) / 2;

    private Lapack() {}

    /**
     * The triangular factor R [min(rows, d), d] with R'R = A'A of a row-major A [rows, d], which is overwritten. LAPACK reads A as the
     * column-major A', so LQ of A' is the QR factorisation of A.
     */
    public static double[] triangularFactor(double[] a, int rows, int d) {
        int rank = Math.min(rows, d);
        check("dgelqf", LAPACKE_dgelqf(LAPACK_COL_MAJOR, d, rows, a, d, new double[rank]));
        var factor = new double[rank * d];
        for (int i = 0; i < rank; i++) {
            System.arraycopy(a, i * d + i, factor, i * d + i, d - i);
        }
        return factor;
    }

    /**
     * A factor F [rank, d] with F'F = M of a positive semidefinite M [d, d], of which the upper triangle is read. Values up to the
     * rounding error d 2^-53 max M_ii count as 0, so the rank is the numerical rank. At full rank no pivoting is needed.
     */
    static double[] choleskyFactor(double[] matrix, int d) {
        var a = matrix.clone();
        var pivots = new int[d];
        var rank = new int[] {d};
        if (LAPACKE_dpotrf(LAPACK_COL_MAJOR, (byte) 'L', d, a, d) == 0 && isRegular(i -> a[i * d + i], matrix, d)) {
            Arrays.setAll(pivots, j -> j + 1);
        } else {
            System.arraycopy(matrix, 0, a, 0, a.length);
            int info = LAPACKE_dpstrf(LAPACK_COL_MAJOR, (byte) 'L', d, a, d, pivots, rank, -1);
            check("dpstrf", Math.min(0, info));
        }
        var factor = new double[rank[0] * d];
        for (int i = 0; i < rank[0]; i++) {
            for (int j = i; j < d; j++) {
                factor[i * d + pivots[j] - 1] = a[i * d + j];
            }
        }
        return factor;
    }

    /** Whether a matrix [d, d] is far from singular, by the diagonal of its Cholesky factor. */
    private static boolean isRegular(IntToDoubleFunction diagonal, double[] matrix, int d) {
        double smallest = Double.POSITIVE_INFINITY;
        double largest = 0;
        for (int i = 0; i < d; i++) {
            double pivot = diagonal.applyAsDouble(i);
            smallest = Math.min(smallest, pivot * pivot);
            largest = Math.max(largest, matrix[i * d + i]);
        }
        return smallest > 2 * d * UNIT_ROUNDOFF * largest;
    }

    /** A B' of row-major A [m, d] and B [n, d]. */
    public static double[] timesTransposed(double[] a, double[] b, int m, int n, int d) {
        var product = new double[m * n];
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, d, 1, a, d, b, d, 0, product, n);
        return product;
    }

    /** A B' in float32. */
    public static float[] timesTransposed(float[] a, float[] b, int m, int n, int d) {
        var product = new float[m * n];
        try (var left = new FloatPointer(a);
                var right = new FloatPointer(b);
                var result = new FloatPointer(product.length)) {
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, d, 1, left, d, right, d, 0, result, n);
            result.get(product);
        }
        return product;
    }

    /** Adds A'A of row-major A [rows, d] to the upper triangle of M [d, d]. */
    static void addGram(double[] matrix, double[] a, int rows, int d) {
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, d, rows, 1, a, d, 1, matrix, d);
    }

    /**
     * The same in native memory, in tiles of {@value #TILE} columns of M, one tile per thread at a time. The bits do not depend on the
     * number of threads.
     */
    static void addGram(DoublePointer matrix, DoublePointer a, int rows, int d) {
        int side = (d + TILE - 1) / TILE;
        var upper = IntStream.range(0, side * side)
                .filter(tile -> tile / side <= tile % side)
                .boxed()
                .toList();
        BlasThreads.oneACall(() -> upper.parallelStream()
                .forEach(tile -> addTile(matrix, a, rows, d, tile / side * TILE, tile % side * TILE)));
    }

    private static void addTile(DoublePointer matrix, DoublePointer a, int rows, int d, int i, int j) {
        int m = Math.min(TILE, d - i);
        int n = Math.min(TILE, d - j);
        var left = a.getPointer(i);
        var tile = matrix.getPointer((long) i * d + j);
        if (i == j) {
            cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, m, rows, 1, left, d, 1, tile, d);
        } else {
            cblas_dgemm(
                    CblasRowMajor, CblasTrans, CblasNoTrans, m, n, rows, 1, left, d, a.getPointer(j), d, 1, tile, d);
        }
    }

    /** M with its upper triangle copied into the lower one. */
    static double[] symmetric(double[] matrix, int d) {
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < i; j++) {
                matrix[i * d + j] = matrix[j * d + i];
            }
        }
        return matrix;
    }

    /**
     * The sum of the singular values of A [m, n], which may be overwritten. For a large A it is computed from the square roots of the
     * eigenvalues of A'A, if these are accurate enough.
     */
    public static double nuclearNorm(double[] a, int m, int n) {
        if (Math.min(m, n) > LARGE) {
            double sum = rootsOfEigenvalues(a, m, n);
            if (!Double.isNaN(sum)) {
                return sum;
            }
        }
        var singular = new double[Math.min(m, n)];
        var unused = new double[1];
        check("dgesdd", LAPACKE_dgesdd(LAPACK_COL_MAJOR, (byte) 'N', n, m, a, n, singular, unused, 1, unused, 1));
        double sum = 0;
        for (int i = singular.length - 1; i >= 0; i--) {
            sum += singular[i];
        }
        return sum;
    }

    /**
     * tr (A B)^{1/2} of positive semidefinite A, B [d, d], of which the upper triangles are read: the sum of the square roots of the
     * eigenvalues of L'A L with B = L L'. This takes half the time of factorising both A and B. NaN if B is singular or the result is
     * not accurate enough.
     */
    public static double traceOfRoot(double[] a, double[] b, int d) {
        try (var left = new DoublePointer(a);
                var right = new DoublePointer(b);
                var eigenvalues = new DoublePointer(d)) {
            if (LAPACKE_dpotrf(LAPACK_COL_MAJOR, (byte) 'L', d, right, d) != 0
                    || !isRegular(i -> right.get((long) i * d + i), b, d)) {
                return Double.NaN;
            }
            check("dsygst", LAPACKE_dsygst(LAPACK_COL_MAJOR, 2, (byte) 'L', d, left, d, right, d));
            check("dsyevd", LAPACKE_dsyevd(LAPACK_COL_MAJOR, (byte) 'N', (byte) 'L', d, left, d, eigenvalues));
            var values = new double[d];
            eigenvalues.get(values);
            return sumOfRoots(values, UNIT_ROUNDOFF * frobeniusNorm(a, d) * frobeniusNorm(b, d));
        }
    }

    /** The Frobenius norm of a symmetric matrix of which the upper triangle is read; an upper bound of its largest eigenvalue. */
    private static double frobeniusNorm(double[] matrix, int d) {
        double sum = 0;
        for (int i = 0; i < d; i++) {
            sum += matrix[i * d + i] * matrix[i * d + i];
            for (int j = i + 1; j < d; j++) {
                sum += 2 * matrix[i * d + j] * matrix[i * d + j];
            }
        }
        return Math.sqrt(sum);
    }

    /**
     * The sum of the square roots s_i of the eigenvalues of A'A [n, n]. The eigenvalues have independent errors of size u s_1^2, u =
     * 2^-53, which makes errors of u s_1^2 / s_i in the roots. NaN if the combined error is not below {@value #ENOUGH} of the sum.
     */
    private static double rootsOfEigenvalues(double[] a, int m, int n) {
        var product = new double[n * n];
        addGram(product, a, m, n);
        var eigenvalues = new double[n];
        check("dsyevd", LAPACKE_dsyevd(LAPACK_COL_MAJOR, (byte) 'N', (byte) 'L', n, product, n, eigenvalues));
        return sumOfRoots(eigenvalues, UNIT_ROUNDOFF * eigenvalues[n - 1]);
    }

    /**
     * The sum of the square roots of eigenvalues with independent errors of the given size; NaN if the error of the sum is not below
     * {@value #ENOUGH} of it.
     */
    private static double sumOfRoots(double[] eigenvalues, double error) {
        double sum = 0;
        double squaredErrors = 0;
        for (double eigenvalue : eigenvalues) {
            sum += Math.sqrt(Math.max(0, eigenvalue));
            squaredErrors += 1 / Math.max(Double.MIN_NORMAL, eigenvalue);
        }
        return error * Math.sqrt(squaredErrors) <= ENOUGH * sum ? sum : Double.NaN;
    }

    private static void check(String routine, int info) {
        if (info != 0) {
            throw new ArithmeticException("cannot factorise a matrix: expected " + routine + " info 0, got " + info
                    + " (not finite or no convergence)");
        }
    }
}
