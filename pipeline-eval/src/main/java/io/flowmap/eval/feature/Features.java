package io.flowmap.eval.feature;

/**
 * What a feature network says of a batch.
 *
 * @param count images, N
 * @param features row-major [N,D]
 * @param logProbabilities row-major [N,K]
 */
public record Features(int count, float[] features, float[] logProbabilities) {
    /** The most probable class of a row, the first of equals. */
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
