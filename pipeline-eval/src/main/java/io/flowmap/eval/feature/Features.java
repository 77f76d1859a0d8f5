package io.flowmap.eval.feature;

/**
 * Output of a feature network for a batch.
 *
 * @param count number of images, N
 * @param features row-major [N,D]
 * @param logProbabilities row-major [N,K]
 */
public record Features(int count, float[] features, float[] logProbabilities) {
    /** Builds the output from logits [N,K], which are overwritten with log probabilities. */
    static Features ofLogits(int count, float[] features, float[] logits) {
        int classes = logits.length / count;
        for (int from = 0; from < logits.length; from += classes) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int i = from; i < from + classes; i++) {
                largest = Math.max(largest, logits[i]);
            }
            double sum = 0;
            for (int i = from; i < from + classes; i++) {
                sum += Math.exp(logits[i] - largest);
            }
            for (int i = from; i < from + classes; i++) {
                logits[i] -= (float) (largest + Math.log(sum));
            }
        }
        return new Features(count, features, logits);
    }

    /** The most probable class of a row; the first of equally probable ones. */
    public int predicted(int row) {
        int classes = logProbabilities.length / count;
        int best = 0;
        for (int k = 1; k < classes; k++) {
            if (logProbabilities[row * classes + k] > logProbabilities[row * classes + best]) {
                best = k;
            }
        }
        return best;
    }
}
