package io.flowmap.eval.distance;

/**
 * M itself, updated by one symmetric product per block: the fastest form, used for many vectors in high dimensions.
 *
 * @param dimension D
 * @param gram [D, D], the upper triangle valid
 */
record GramScatter(int dimension, double[] gram) implements Scatter {
    /** Factor by Cholesky factorisation with pivoting, which stops at the numerical rank. */
    @Override
    public double[] factor() {
        return Lapack.choleskyFactor(gram, dimension);
    }

    @Override
    public double trace() {
        double sum = 0;
        for (int i = 0; i < dimension; i++) {
            sum += gram[i * dimension + i];
        }
        return sum;
    }

    @Override
    public double[] upper() {
        return gram;
    }

    @Override
    public double[] matrix() {
        return Lapack.symmetric(gram.clone(), dimension);
    }
}
