package io.flowmap.eval.metric;

import io.flowmap.tensor.Mergeable;

/**
 * The Inception Score (Salimans et al. 2016): exp of the mean over images of KL(p(y|x) || p(y)), where p(y) is the mean of p(y|x). It
 * ranges from 1 to the number of classes.
 *
 * @param count number of images
 * @param probabilities sum of p(y|x) for each class
 * @param negativeEntropy sum of p(y|x) log p(y|x)
 */
public record InceptionScore(long count, double[] probabilities, double negativeEntropy)
        implements Mergeable.Statistic<float[], InceptionScore> {
    /** The statistic of an empty set. */
    public static InceptionScore empty(int classes) {
        return new InceptionScore(0, new double[classes], 0);
    }

    /** The statistic of log probabilities, row-major [rows, classes]. Throws {@link ArithmeticException} if one is NaN. */
    public static InceptionScore of(float[] logProbabilities, int classes) {
        var sums = new double[classes];
        double negativeEntropy = 0;
        for (int i = 0; i < logProbabilities.length; i++) {
            double log = logProbabilities[i];
            if (Double.isNaN(log)) {
                throw new ArithmeticException(
                        "cannot take an Inception Score: expected log probabilities, got NaN in row " + i / classes);
            }
            double probability = Math.exp(log);
            sums[i % classes] += probability;
            negativeEntropy += probability == 0 ? 0 : probability * log;
        }
        return new InceptionScore(logProbabilities.length / classes, sums, negativeEntropy);
    }

    /** Adds the log probabilities of more images, row-major [rows, classes]. */
    @Override
    public InceptionScore add(float[] logProbabilities) {
        return merge(of(logProbabilities, probabilities.length));
    }

    @Override
    public InceptionScore merge(InceptionScore other) {
        if (other.probabilities.length != probabilities.length) {
            throw new IllegalArgumentException("cannot merge Inception Scores: expected " + probabilities.length
                    + " classes, got " + other.probabilities.length);
        }
        var sums = probabilities.clone();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += other.probabilities[i];
        }
        return new InceptionScore(count + other.count, sums, negativeEntropy + other.negativeEntropy);
    }

    /** The score. Throws {@link IllegalStateException} if there are no images. */
    public double score() {
        if (count == 0) {
            throw new IllegalStateException("cannot take an Inception Score: expected one or more images, got none");
        }
        double crossEntropy = 0;
        for (double sum : probabilities) {
            crossEntropy += sum == 0 ? 0 : sum * Math.log(sum / count);
        }
        return Math.exp((negativeEntropy - crossEntropy) / count);
    }
}
