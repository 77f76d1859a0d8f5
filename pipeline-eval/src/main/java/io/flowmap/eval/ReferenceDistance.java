package io.flowmap.eval;

import io.flowmap.data.LatentData;
import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.FrechetDistance;
import io.flowmap.eval.distance.Moments;
import io.flowmap.eval.feature.FeatureModel;
import io.flowmap.eval.feature.FeatureNetwork;
import io.flowmap.eval.protocol.Protocol;
import io.flowmap.eval.set.FeatureSet;
import io.flowmap.eval.set.ImageBlock;
import io.flowmap.eval.set.ImageSources;
import io.flowmap.eval.set.SpanMoments;
import io.flowmap.eval.table.MetricProtocol;
import io.flowmap.eval.table.MetricProtocol.Reference;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * Frechet distances to a run's reference images in the features of {@code evaluate.features}, for jobs that draw their own samples.
 * They equal the values that evaluate computes for the same samples, and have the same protocol.
 */
public final class ReferenceDistance {
    /** Number of images in a block of features. */
    public static final int BLOCK = FeatureSet.ROWS;

    private final JobContext context;
    private final EvaluateConfig settings;
    private final LatentData data;
    private final FeatureModel model;
    private Statistics statistics;

    private ReferenceDistance(JobContext context, EvaluateConfig settings, LatentData data, FeatureModel model) {
        this.context = context;
        this.settings = settings;
        this.data = data;
        this.model = model;
    }

    /** Statistics of the reference images. */
    private record Statistics(Moments moments, Reference reference) {}

    /** Opens the network. Trains the LeNet first if it gives the features and does not exist yet. */
    public static ReferenceDistance open(JobContext context) {
        var settings = context.settings().section("evaluate", EvaluateConfig.class);
        var data = LatentData.open(context.hadoop(), context.stage(StageNames.DATA), settings.referenceSplit());
        return new ReferenceDistance(context, settings, data, EvaluateJob.model(context, settings, data));
    }

    /** The network of the features. */
    public FeatureModel model() {
        return model;
    }

    /** Input that the network comes from. */
    public StageInput input() {
        return EvaluateJob.modelInput(context, settings, model);
    }

    /** Images per forward pass of the network. */
    public int batch() {
        return settings.batch();
    }

    /** The protocol of a distance over that many samples. */
    public MetricProtocol protocol(long samples) {
        return MetricProtocol.of(model, distance(), samples, statistics().reference());
    }

    /** Features of the images [rows,C,H,W] of a block. */
    public static FeatureBlock features(FeatureNetwork network, int block, byte[] pixels, int batch) {
        var labels = new int[pixels.length / network.model().shape().size()];
        var images = new ImageBlock("samples", block, labels, pixels);
        return images.classified(images.seenBy(network, batch), false).features();
    }

    /**
     * The distance for every key. Each key's blocks have {@value #BLOCK} rows except the last, are numbered from 0, and may come in any
     * order.
     */
    public <K> Map<K, Double> of(JavaPairRDD<K, FeatureBlock> sets) {
        var fixed = JavaSparkContext.fromSparkContext(sets.context())
                .broadcast(statistics().moments());
        var distances = sets.mapToPair(block -> new Tuple2<>(
                        new Tuple2<>(block._1(), SpanMoments.span(block._2().block())), block._2()))
                .groupByKey()
                .mapToPair(span -> new Tuple2<>(
                        span._1()._1(), new SpanMoments.Part(span._1()._2(), moments(span._2()))))
                .groupByKey()
                .mapValues(parts ->
                        FrechetDistance.between(fixed.value(), SpanMoments.merged(parts), FrechetDistance.SAMPLE))
                .collectAsMap();
        fixed.destroy();
        return distances;
    }

    /** Computed on first use. */
    private Statistics statistics() {
        if (statistics == null) {
            long count = Math.min(data.count(), settings.referenceSamples());
            var network = new JavaSparkContext(context.spark().sparkContext()).broadcast(model);
            var images = ImageSources.real(context.spark(), data, count);
            var name = settings.referenceSplit() + " images";
            try (var set = FeatureSet.of(name, images, count, network, settings.batch(), Optional.empty())) {
                statistics = new Statistics(set.moments(), new Reference(settings.referenceSplit(), count, set.hash()));
            } finally {
                network.destroy();
            }
        }
        return statistics;
    }

    private Protocol distance() {
        return EvaluateJob.own(settings, model).get(0);
    }

    private static Moments moments(Iterable<FeatureBlock> blocks) {
        var sorted = new ArrayList<FeatureBlock>();
        blocks.forEach(sorted::add);
        sorted.sort(Comparator.comparingInt(FeatureBlock::block));
        return Moments.of(sorted.get(0).dimension(), sorted.iterator());
    }
}
