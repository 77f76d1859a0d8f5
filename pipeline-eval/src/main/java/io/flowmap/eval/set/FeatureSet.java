package io.flowmap.eval.set;

import io.flowmap.config.UserError;
import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.Moments;
import io.flowmap.eval.feature.FeatureModel;
import io.flowmap.eval.feature.FeatureNetwork;
import io.flowmap.eval.metric.Bootstrap;
import io.flowmap.eval.metric.InceptionScore;
import io.flowmap.file.Sha256;
import io.flowmap.stage.TaskDevice;
import io.flowmap.tensor.Mergeable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Optional;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * The features of a set of images on the cluster, in blocks of {@value #ROWS} by image index. The images of one forward pass and of one
 * sum therefore do not depend on how the images were partitioned.
 */
public final class FeatureSet implements AutoCloseable {
    /** Images per block. */
    public static final int ROWS = 1024;

    private final String name;
    private final long count;
    private final JavaRDD<ClassifiedBlock> blocks;

    private FeatureSet(String name, long count, JavaRDD<ClassifiedBlock> blocks) {
        this.name = name;
        this.count = count;
        this.blocks = blocks;
    }

    /**
     * Plans the features of images 0 .. count-1. They are computed on first use and kept until closed.
     *
     * @param name of the set, for messages
     * @param model gives the features
     * @param batch images per forward pass
     * @param cache cache of earlier outputs, if enabled
     * @throws UserError as {@link #requireTwo}
     */
    public static FeatureSet of(
            String name,
            JavaRDD<LabelledImage> images,
            long count,
            Broadcast<FeatureModel> model,
            int batch,
            Optional<FeatureCache> cache) {
        requireTwo(name, count);
        int blocks = Math.toIntExact((count + ROWS - 1) / ROWS);
        var partitioner = new BlockPartitioner(blocks, images.context().defaultParallelism());
        var grouped = images.filter(image -> image.index() < count)
                .mapToPair(image -> new Tuple2<>((int) (image.index() / ROWS), image))
                .groupByKey(partitioner)
                .mapToPair(group -> new Tuple2<>(group._1(), ImageBlock.of(name, count, group._1(), group._2())));
        var found = cache.isEmpty() ? grouped.mapValues(Looked::unseen) : looked(grouped, cache.get(), partitioner);
        var features = found.mapPartitions(looked -> extract(looked, model.value(), batch))
                .persist(StorageLevel.MEMORY_AND_DISK());
        cache.ifPresent(kept -> kept.add(features.filter(block -> !block.cached())));
        return new FeatureSet(name, count, features);
    }

    /** Throws {@link UserError} if a set has fewer than two images, and so no covariance. */
    public static void requireTwo(String name, long count) {
        if (count < 2) {
            throw new UserError("cannot evaluate " + name + ": expected 2 or more images, got " + count);
        }
    }

    /** A block of images and the cached output, if any. */
    private record Looked(ImageBlock images, Optional<FeatureCache.Kept> kept) {
        static Looked unseen(ImageBlock images) {
            return new Looked(images, Optional.empty());
        }
    }

    public String name() {
        return name;
    }

    /** Number of images in the set. */
    public long count() {
        return count;
    }

    /** The blocks of the first images, in block order; the last block is cut at the last image. */
    public JavaRDD<FeatureBlock> first(long images) {
        return blocks.map(ClassifiedBlock::features)
                .filter(block -> (long) block.block() * ROWS < images)
                .map(block -> block.first((int) Math.min(block.rows(), images - (long) block.block() * ROWS)));
    }

    /** The blocks with their labels. */
    public JavaRDD<ClassifiedBlock> blocks() {
        return blocks;
    }

    /** Distances of resamples of all features to the real moments. */
    public double[] resampledDistances(Moments real, int ddof, Bootstrap bootstrap) {
        return ResampledDistances.of(blocks, (count + ROWS - 1) / ROWS, real, ddof, bootstrap);
    }

    /** Moments of all features. */
    public Moments moments() {
        long found = blocks.map(block -> (long) block.features().rows()).fold(0L, Long::sum);
        if (found != count) {
            throw new UserError("cannot evaluate " + name + ": expected images 0 to " + (count - 1) + ", got " + found
                    + " of them");
        }
        return SpanMoments.of(blocks.map(ClassifiedBlock::features), (count + ROWS - 1) / ROWS);
    }

    /**
     * Moments of one of {@code parts} equal parts of consecutive images: of its whole blocks and the rows of the blocks at its ends.
     *
     * @throws UserError if the parts would have fewer than two images
     */
    public Moments part(int part, int parts) {
        long size = count / parts;
        if (size * parts != count || size < 2) {
            throw new UserError("cannot evaluate " + name + ": expected images that make " + parts
                    + " equal parts of 2 or more, got " + count);
        }
        long from = part * size;
        var cut = blocks.map(ClassifiedBlock::features)
                .map(block ->
                        block.between(from - (long) block.block() * ROWS, from + size - (long) block.block() * ROWS))
                .filter(block -> block.rows() > 0);
        return SpanMoments.of(cut, (count + ROWS - 1) / ROWS);
    }

    /** The share of labelled images whose most probable class is their label; NaN without labels. */
    public double classAccuracy() {
        long labelled = 0;
        long right = 0;
        for (var counts : blocks.map(block -> new long[] {block.labelled(), block.right()})
                .collect()) {
            labelled += counts[0];
            right += counts[1];
        }
        return (double) right / labelled;
    }

    /** SHA-256 of the images, computed from the hashes of the blocks' pixels in order. */
    public String hash() {
        var hashes = String.join("", blocks.map(ClassifiedBlock::hash).collect());
        return Sha256.of(hashes.getBytes(StandardCharsets.US_ASCII));
    }

    /** The Inception Score from the network's own classes. */
    public InceptionScore inceptionScore() {
        return Mergeable.merged(blocks.map(ClassifiedBlock::score).collect());
    }

    @Override
    public void close() {
        blocks.unpersist(false);
    }

    private static JavaPairRDD<Integer, Looked> looked(
            JavaPairRDD<Integer, ImageBlock> grouped, FeatureCache cache, BlockPartitioner partitioner) {
        return grouped.mapToPair(block -> new Tuple2<>(block._2().hash(), block._2()))
                .leftOuterJoin(cache.read())
                .mapToPair(both -> new Tuple2<>(both._2()._1().block(), both._2()))
                .partitionBy(partitioner)
                .mapValues(both ->
                        new Looked(both._1(), Optional.ofNullable(both._2().orNull())));
    }

    private static Iterator<ClassifiedBlock> extract(
            Iterator<Tuple2<Integer, Looked>> blocks, FeatureModel model, int batch) {
        TaskDevice.use();
        var result = new ArrayList<ClassifiedBlock>();
        try (var network = new LazyNetwork(model)) {
            while (blocks.hasNext()) {
                var looked = blocks.next()._2();
                var images = looked.images();
                result.add(looked.kept()
                        .map(kept -> images.classified(kept, true))
                        .orElseGet(() -> images.classified(images.seenBy(network.opened(), batch), false)));
            }
        }
        result.sort(Comparator.comparingInt(block -> block.features().block()));
        return result.iterator();
    }

    /** Opens the network only when there is a block that is not cached. */
    private static final class LazyNetwork implements AutoCloseable {
        private final FeatureModel model;
        private FeatureNetwork network;

        LazyNetwork(FeatureModel model) {
            this.model = model;
        }

        FeatureNetwork opened() {
            if (network == null) {
                network = model.open();
            }
            return network;
        }

        @Override
        public void close() {
            if (network != null) {
                network.close();
            }
        }
    }
}
