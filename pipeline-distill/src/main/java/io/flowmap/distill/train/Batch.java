package io.flowmap.distill.train;

/**
 * The samples of one logical worker in one step.
 *
 * @param x0 latents [B,C,H,W], row-major
 * @param labels classes [B], -1 where a record has none
 * @param firstSample global number of row 0; the randomness of row i is keyed by (seed, firstSample + i)
 */
public record Batch(float[] x0, int[] labels, long firstSample) {
    public int size() {
        return labels.length;
    }
}
