package io.flowmap.eval.distance;

/**
 * M stored as a factor, F'F. A tall and skinny QR factorisation keeps the small singular values of the data; a sum of products would
 * lose half of their digits.
 *
 * @param dimension D
 * @param factor F [rows, D], rows at most D
 */
record FactorScatter(int dimension, double[] factor) implements Scatter {
    @Override
    public double trace() {
        double sum = 0;
        for (double value : factor) {
            sum += value * value;
        }
        return sum;
    }

    @Override
    public double[] upper() {
        var matrix = new double[dimension * dimension];
        Lapack.addGram(matrix, factor, factor.length / dimension, dimension);
        return matrix;
    }

    @Override
    public double[] matrix() {
        return Lapack.symmetric(upper(), dimension);
    }
}
