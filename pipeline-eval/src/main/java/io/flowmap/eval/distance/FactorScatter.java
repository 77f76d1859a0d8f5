package io.flowmap.eval.distance;

/**
 * M as F'F: a tall and skinny QR factorisation keeps the small singular values of the data, half of whose digits a sum of products loses.
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
