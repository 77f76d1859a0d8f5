package io.flowmap.eval;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentData;
import io.flowmap.eval.distance.FrechetDistance;
import io.flowmap.eval.distance.KernelDistance;
import io.flowmap.eval.distance.KernelSubsets;
import io.flowmap.eval.feature.FeatureModel;
import io.flowmap.eval.metric.Bootstrap;
import io.flowmap.eval.metric.Bootstrap.Interval;
import io.flowmap.eval.neighbour.PrecisionRecall;
import io.flowmap.eval.protocol.Measure;
import io.flowmap.eval.protocol.Protocol;
import io.flowmap.eval.set.ClassDistances;
import io.flowmap.eval.set.FeatureCache;
import io.flowmap.eval.set.FeatureSet;
import io.flowmap.eval.set.ImageSources;
import io.flowmap.eval.set.NeighbourCache;
import io.flowmap.eval.set.NeighbourTiles;
import io.flowmap.eval.set.SampleSet;
import io.flowmap.eval.set.SetStatistics;
import io.flowmap.eval.table.MetricProtocol;
import io.flowmap.eval.table.MetricProtocol.Reference;
import io.flowmap.eval.table.MetricRow;
import io.flowmap.eval.table.SampleCost;
import io.flowmap.stage.JobContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Compares sets of images with the real images, by protocols on the features of one network; collects the rows of the table. */
final class Evaluation implements AutoCloseable {
    private final JobContext context;
    private final EvaluateConfig settings;
    private final LatentData reference;
    private final FeatureModel features;
    private final List<Protocol> protocols;
    private final Broadcast<FeatureModel> network;
    private final Optional<FeatureCache> cache;
    private final SetStatistics real;
    private final List<MetricRow> rows = new ArrayList<>();

    /** @param protocols protocols that all use these features */
    Evaluation(
            JobContext context,
            EvaluateConfig settings,
            LatentData reference,
            FeatureModel features,
            List<Protocol> protocols) {
        this.context = context;
        this.settings = settings;
        this.reference = reference;
        this.features = features;
        this.protocols = protocols;
        this.network = new JavaSparkContext(context.spark().sparkContext()).broadcast(features);
        this.cache = settings.keepFeatures()
                ? Optional.of(new FeatureCache(context, features, settings.batch()))
                : Optional.empty();
        long count = Math.min(reference.count(), settings.referenceSamples());
        real = statistics(settings.referenceSplit() + " images", reference, count);
    }

    /** Class accuracy on the real images: that of the classifier itself. NaN if the network's classes are not those of the data. */
    double referenceAccuracy() {
        double accuracy = accuracy(real.set());
        addAccuracy(settings.referenceSplit(), null, accuracy, real.set().count());
        return accuracy;
    }

    /** Compares other real images, as many as a set of samples has: the floor of every distance. */
    void compareReal(String split, LatentData data, long count) {
        try (var set = statistics(split + " images", data, count)) {
            compare(split, null, set);
        }
    }

    /** Compares a set of samples. */
    void compareSamples(SampleSet samples, long count) {
        var images = ImageSources.generated(context.spark(), samples, reference.imageShape());
        var measured = FeatureSet.of(samples.name(), images, count, network, settings.batch(), cache);
        try (var set = new SetStatistics(measured, settings.recallSamples(), neighbours())) {
            compare(samples.model(), samples, set);
        }
    }

    /** Adds the cost of a set of samples. */
    void addCost(SampleSet samples, long count) {
        SampleCost.of(context.spark(), samples)
                .forEach((name, value) -> rows.add(
                        MetricRow.of(samples.model(), samples, value, null, MetricProtocol.ofCost(name, count))));
    }

    List<MetricRow> rows() {
        return List.copyOf(rows);
    }

    @Override
    public void close() {
        real.close();
        network.destroy();
    }

    private SetStatistics statistics(String name, LatentData data, long count) {
        var images = ImageSources.real(context.spark(), data, count);
        return new SetStatistics(
                FeatureSet.of(name, images, count, network, settings.batch(), cache),
                settings.recallSamples(),
                neighbours());
    }

    private Optional<NeighbourCache> neighbours() {
        return cache.map(FeatureCache::neighbours);
    }

    private void compare(String model, SampleSet samples, SetStatistics set) {
        Map<String, Object> facts = new TreeMap<>();
        facts.put("set", set.set().name());
        var neighbours = new HashMap<Integer, PrecisionRecall>();
        for (var protocol : protocols) {
            var carried = protocol(protocol, set);
            values(protocol, set, neighbours).forEach((name, value) -> {
                var interval = interval(protocol.measure(), value, set);
                rows.add(MetricRow.of(model, samples, value, interval, carried.metric(name)));
                facts.put(name, value);
            });
            if (settings.perClass() && protocol.measure() instanceof Measure.Frechet frechet) {
                for (var one :
                        ClassDistances.between(real.set().blocks(), set.set().blocks(), frechet.ddof())) {
                    var within = carried.within(one.label(), one.generated(), one.real());
                    rows.add(MetricRow.of(model, samples, one.distance(), null, within));
                }
            }
            if (samples != null && protocol.measure() instanceof Measure.Frechet frechet) {
                addParts(samples, frechet.ddof(), carried, set.set());
            }
        }
        if (protocols.stream().noneMatch(protocol -> protocol.source().isPresent())) {
            double accuracy = accuracy(set.set());
            addAccuracy(model, samples, accuracy, set.set().count());
            facts.put(MetricRow.CLASS_ACCURACY + features.name(), told(accuracy));
        }
        context.progress().phase("evaluated", facts);
    }

    /** Adds the Frechet distance of each part of the samples, if they are split into parts. */
    private void addParts(SampleSet samples, int ddof, MetricProtocol protocol, FeatureSet set) {
        int parts = settings.parts();
        for (int part = 0; parts > 1 && part < parts; part++) {
            var moments = set.part(part, parts);
            rows.add(new MetricRow(
                    samples.model(),
                    samples.origin().part(part),
                    FrechetDistance.between(real.moments(), moments, ddof),
                    null,
                    protocol.samples(moments.count())));
        }
    }

    /** The value of a protocol; for a kernel distance also the deviation over its subsets. */
    private Map<String, Double> values(Protocol protocol, SetStatistics set, Map<Integer, PrecisionRecall> neighbours) {
        if (protocol.measure() instanceof Measure.Kernel kernel) {
            var distance = kernelDistance(protocol.name(), kernel, set);
            return new TreeMap<>(Map.of(
                    protocol.name(), distance.mean(), protocol.name() + MetricRow.DEVIATION, distance.deviation()));
        }
        return Map.of(protocol.name(), value(protocol.measure(), set, neighbours));
    }

    private double value(Measure measure, SetStatistics set, Map<Integer, PrecisionRecall> neighbours) {
        if (measure instanceof Measure.Frechet frechet) {
            return FrechetDistance.between(real.moments(), set.moments(), frechet.ddof());
        }
        if (measure instanceof Measure.Score) {
            return set.set().inceptionScore().score();
        }
        var balls = (Measure.Balls) measure;
        return balls.part()
                .of(neighbours.computeIfAbsent(balls.k(), k -> NeighbourTiles.of(real.balls(k), set.balls(k))));
    }

    private KernelDistance kernelDistance(String name, Measure.Kernel kernel, SetStatistics set) {
        int realCount = Math.toIntExact(real.set().count());
        int count = Math.toIntExact(set.set().count());
        if (Math.min(realCount, count) < kernel.size()) {
            throw new UserError("cannot measure " + name + " of " + set.set().name() + ": expected " + kernel.size()
                    + " or more images on each side, got " + realCount + " and " + count);
        }
        var subsets = KernelSubsets.numpy(kernel.seed(), kernel.subsets(), kernel.size(), realCount, count);
        return KernelTiles.of(real.set().first(realCount), set.set().first(count), FeatureSet.ROWS, subsets);
    }

    private double accuracy(FeatureSet set) {
        return features.classes() == reference.classes() ? set.classAccuracy() : Double.NaN;
    }

    /** A class accuracy for logs, or the reason why there is none. */
    Object told(double accuracy) {
        if (!Double.isNaN(accuracy)) {
            return accuracy;
        }
        return features.classes() == reference.classes()
                ? "none: the images have no labels"
                : "none: the network has " + features.classes() + " classes, the data " + reference.classes();
    }

    private void addAccuracy(String model, SampleSet samples, double accuracy, long count) {
        if (!Double.isNaN(accuracy)) {
            var protocol = MetricProtocol.of(features, MetricRow.CLASS_ACCURACY + features.name(), count);
            rows.add(MetricRow.of(model, samples, accuracy, null, protocol));
        }
    }

    private MetricProtocol protocol(Protocol protocol, SetStatistics set) {
        boolean byNeighbours = protocol.measure().neighbours().isPresent();
        long count = byNeighbours ? set.neighbourCount() : set.set().count();
        long realCount = byNeighbours ? real.neighbourCount() : real.set().count();
        var reference = protocol.measure() instanceof Measure.Score
                ? null
                : new Reference(settings.referenceSplit(), realCount, real.set().hash());
        return MetricProtocol.of(features, protocol, count, reference);
    }

    /**
     * Interval of a Frechet distance, from resamples of the generated images. Null if no resamples are configured or the set has no
     * more images than features.
     */
    private Interval interval(Measure measure, double value, SetStatistics set) {
        var bootstrap = settings.bootstrap();
        boolean enough = set.set().count() > features.dimension();
        if (!(measure instanceof Measure.Frechet frechet) || bootstrap.resamples() == 0 || !enough) {
            return null;
        }
        var resamples = new Bootstrap(context.run().seedOf("bootstrap"), bootstrap.resamples());
        var distances = set.set().resampledDistances(real.moments(), frechet.ddof(), resamples);
        return Bootstrap.interval(value, distances, bootstrap.confidence());
    }
}
