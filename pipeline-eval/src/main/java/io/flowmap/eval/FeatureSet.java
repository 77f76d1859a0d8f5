package io.flowmap.eval;

import io.flowmap.eval.feature.FeatureModel;
import io.flowmap.eval.feature.FeatureNetwork;
import io.flowmap.eval.metric.FeatureBlock;
import io.flowmap.eval.metric.InceptionScore;
import io.flowmap.eval.metric.Moments;
import io.flowmap.job.Sha256;
import io.flowmap.job.UserError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * The features of a set of images on the cluster, in blocks of {@value #ROWS} cut by image index: what the network sees in one pass and
 * what is summed together does not depend on the partitions that the images came in.
 */
final class FeatureSet implements AutoCloseable {
    /** Images a block. */
    static final int ROWS = 1024;

    private final String name;
    private final long count;
    private final JavaRDD<ClassifiedBlock> blocks;

    private FeatureSet(String name, long count, JavaRDD<ClassifiedBlock> blocks) {
        this.name = name;
        this.count = count;
        this.blocks = blocks;
    }

    /**
     * Plans the features of images 0 .. count-1; they are computed when first used and kept until closed.
     *
     * @param name of the set, for messages
     * @param model gives the features
     * @param batch images of one pass
     */
    static FeatureSet of(
            String name, JavaRDD<LabelledImage> images, long count, Broadcast<FeatureModel> model, int batch) {
        int blocks = Math.toIntExact((count + ROWS - 1) / ROWS);
        var partitioner = new BlockPartitioner(blocks, images.context().defaultParallelism());
        var features = images.filter(image -> image.index() < count)
                .mapToPair(image -> new Tuple2<>((int) (image.index() / ROWS), image))
                .groupByKey(partitioner)
                .mapPartitions(groups -> extract(name, count, groups, model.value(), batch))
                .persist(StorageLevel.MEMORY_AND_DISK());
        return new FeatureSet(name, count, features);
    }

    String name() {
        return name;
    }

    /** Images of the set. */
    long count() {
        return count;
    }

    /** The blocks of the first images, in block order; a block is cut where the images end. */
    JavaRDD<FeatureBlock> first(long images) {
        return blocks.map(ClassifiedBlock::features)
                .filter(block -> (long) block.block() * ROWS < images)
                .map(block -> block.first((int) Math.min(block.rows(), images - (long) block.block() * ROWS)));
    }

    /** Moments of all features. */
    Moments moments() {
        long found = blocks.map(block -> (long) block.features().rows()).fold(0L, Long::sum);
        if (found != count) {
            throw new UserError("cannot evaluate " + name + ": expected images 0 to " + (count - 1) + ", got " + found
                    + " of them");
        }
        return SpanMoments.of(blocks.map(ClassifiedBlock::features), (count + ROWS - 1) / ROWS);
    }

    /** The share of labelled images whose most probable class is their label; NaN without labels. */
    double classAccuracy() {
        long labelled = 0;
        long right = 0;
        for (var counts :
                blocks.map(block -> new int[] {block.labelled(), block.right()}).collect()) {
            labelled += counts[0];
            right += counts[1];
        }
        return (double) right / labelled;
    }

    /** SHA-256 of the images: of the hashes of the blocks' pixels, in order. */
    String hash() {
        var hashes = String.join("", blocks.map(ClassifiedBlock::hash).collect());
        return Sha256.of(hashes.getBytes(StandardCharsets.US_ASCII));
    }

    /** The Inception Score by the network's own classes. */
    InceptionScore inceptionScore() {
        return blocks.map(ClassifiedBlock::score).collect().stream()
                .reduce(InceptionScore::merge)
                .orElseThrow();
    }

    @Override
    public void close() {
        blocks.unpersist(false);
    }

    private static Iterator<ClassifiedBlock> extract(
            String name,
            long count,
            Iterator<Tuple2<Integer, Iterable<LabelledImage>>> groups,
            FeatureModel model,
            int batch) {
        var result = new ArrayList<ClassifiedBlock>();
        try (var features = model.open()) {
            while (groups.hasNext()) {
                var group = groups.next();
                var images = new ArrayList<LabelledImage>();
                group._2().forEach(images::add);
                images.sort(Comparator.comparingLong(LabelledImage::index));
                check(name, count, group._1(), images);
                result.add(classify(features, group._1(), images, batch));
            }
        }
        result.sort(Comparator.comparingInt(block -> block.features().block()));
        return result.iterator();
    }

    private static void check(String name, long count, int block, List<LabelledImage> images) {
        long first = (long) block * ROWS;
        long rows = Math.min(ROWS, count - first);
        for (int row = 0; row < Math.max(rows, images.size()); row++) {
            if (row >= images.size() || row >= rows || images.get(row).index() != first + row) {
                throw new UserError("cannot evaluate " + name + ": expected every index from 0 to " + (count - 1)
                        + " once, got " + (row < images.size() ? images.get(row).index() : "none") + " in place of "
                        + (first + row));
            }
        }
    }

    private static ClassifiedBlock classify(FeatureNetwork network, int block, List<LabelledImage> images, int batch) {
        int dimension = network.model().dimension();
        int classes = network.model().classes();
        var pixels = pixels(images, network.model().shape().size());
        var features = new float[images.size() * dimension];
        int labelled = 0;
        int right = 0;
        var score = InceptionScore.empty(classes);
        for (int from = 0; from < images.size(); from += batch) {
            var part = images.subList(from, Math.min(images.size(), from + batch));
            int size = pixels.length / images.size();
            var output =
                    network.apply(Arrays.copyOfRange(pixels, from * size, (from + part.size()) * size), part.size());
            System.arraycopy(output.features(), 0, features, from * dimension, output.features().length);
            score = score.merge(InceptionScore.of(output.logProbabilities(), classes));
            for (int i = 0; i < part.size(); i++) {
                labelled += part.get(i).label() >= 0 ? 1 : 0;
                right += part.get(i).label() == output.predicted(i) ? 1 : 0;
            }
        }
        return new ClassifiedBlock(
                new FeatureBlock(block, dimension, features), labelled, right, score, Sha256.of(pixels));
    }

    private static byte[] pixels(List<LabelledImage> images, int size) {
        var pixels = new byte[images.size() * size];
        for (int i = 0; i < images.size(); i++) {
            System.arraycopy(images.get(i).pixels(), 0, pixels, i * size, size);
        }
        return pixels;
    }
}
