package io.flowmap.eval.set;

import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.metric.InceptionScore;
import java.io.Serializable;
import java.util.stream.IntStream;

/**
 * Features of a block of images, and the network's classification of them.
 *
 * @param features [rows, D]
 * @param labels labels of the rows, negative for none
 * @param predicted most probable class of the rows
 * @param score statistic of the class probabilities
 * @param hash SHA-256 of the images' pixels
 * @param cached whether it came from a {@link FeatureCache}
 */
public record ClassifiedBlock(
        FeatureBlock features, int[] labels, int[] predicted, InceptionScore score, String hash, boolean cached)
        implements Serializable {
    /** Rows with a label. */
    long labelled() {
        return IntStream.of(labels).filter(label -> label >= 0).count();
    }

    /** Rows whose most probable class is their label. */
    long right() {
        return IntStream.range(0, labels.length)
                .filter(row -> labels[row] == predicted[row])
                .count();
    }
}
