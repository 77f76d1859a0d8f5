package io.flowmap.eval.set;

import io.flowmap.config.UserError;
import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.feature.FeatureModel;
import io.flowmap.eval.feature.FeatureNetwork;
import io.flowmap.eval.metric.InceptionScore;
import io.flowmap.file.Sha256;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Consecutive images of a set, as input of the feature network.
 *
 * @param set its name, for messages
 * @param block number, first index divided by {@value FeatureSet#ROWS}
 * @param labels labels of the images, negative for none
 * @param pixels uint8 [rows,C,H,W]
 */
public record ImageBlock(String set, int block, int[] labels, byte[] pixels) implements Serializable {
    /**
     * Builds a block from images in any order. Throws {@link UserError} unless every index of the block occurs exactly once.
     *
     * @param name of the set, for messages
     * @param count number of images in the set
     */
    static ImageBlock of(String name, long count, int block, Iterable<LabelledImage> images) {
        var sorted = new ArrayList<LabelledImage>();
        images.forEach(sorted::add);
        sorted.sort(Comparator.comparingLong(LabelledImage::index));
        check(name, count, block, sorted);
        int size = sorted.get(0).pixels().length;
        var pixels = new byte[sorted.size() * size];
        for (int i = 0; i < sorted.size(); i++) {
            System.arraycopy(sorted.get(i).pixels(), 0, pixels, i * size, size);
        }
        return new ImageBlock(
                name, block, sorted.stream().mapToInt(LabelledImage::label).toArray(), pixels);
    }

    /** SHA-256 of the pixels. */
    String hash() {
        return Sha256.of(pixels);
    }

    /** Runs the network on the images, {@code batch} per forward pass. Throws {@link UserError} if a feature is not finite. */
    public FeatureCache.Kept seenBy(FeatureNetwork network, int batch) {
        int dimension = network.model().dimension();
        int classes = network.model().classes();
        int size = pixels.length / labels.length;
        var features = new float[labels.length * dimension];
        var predicted = new int[labels.length];
        var score = InceptionScore.empty(classes);
        for (int from = 0; from < labels.length; from += batch) {
            int rows = Math.min(batch, labels.length - from);
            var output = network.apply(Arrays.copyOfRange(pixels, from * size, (from + rows) * size), rows);
            requireFinite(network.model(), output.features(), from);
            System.arraycopy(output.features(), 0, features, from * dimension, output.features().length);
            score = score.add(output.logProbabilities());
            for (int i = 0; i < rows; i++) {
                predicted[from + i] = output.predicted(i);
            }
        }
        return new FeatureCache.Kept(new FeatureBlock(0, dimension, features), predicted, score);
    }

    /** Adds the network's output. */
    public ClassifiedBlock classified(FeatureCache.Kept kept, boolean cached) {
        var features = new FeatureBlock(
                block, kept.features().dimension(), kept.features().features());
        return new ClassifiedBlock(features, labels, kept.predicted(), kept.score(), hash(), cached);
    }

    private void requireFinite(FeatureModel model, float[] features, int from) {
        for (int i = 0; i < features.length; i++) {
            if (!Float.isFinite(features[i])) {
                long image = (long) block * FeatureSet.ROWS + from + i / model.dimension();
                throw new UserError("cannot evaluate " + set + ": expected finite features of " + model.name()
                        + ", got " + features[i] + " as number " + i % model.dimension() + " of image " + image);
            }
        }
    }

    private static void check(String name, long count, int block, List<LabelledImage> images) {
        long first = (long) block * FeatureSet.ROWS;
        long rows = Math.min(FeatureSet.ROWS, count - first);
        for (int row = 0; row < Math.max(rows, images.size()); row++) {
            if (row >= images.size() || row >= rows || images.get(row).index() != first + row) {
                throw new UserError("cannot evaluate " + name + ": expected every index from 0 to " + (count - 1)
                        + " once, got " + (row < images.size() ? images.get(row).index() : "none") + " in place of "
                        + (first + row));
            }
        }
    }
}
