package io.flowmap.eval;

import io.flowmap.data.LatentData;
import io.flowmap.eval.feature.FeatureModel;
import io.flowmap.eval.metric.FrechetDistance;
import io.flowmap.eval.metric.Moments;
import io.flowmap.eval.metric.PrecisionRecall;
import io.flowmap.job.JobContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Compares sets of images with the real ones by the features of one network; collects the rows of the table. */
final class Evaluation implements AutoCloseable {
    private final JobContext context;
    private final EvaluateSettings settings;
    private final LatentData reference;
    private final FeatureModel features;
    private final String featuresHash;
    private final Broadcast<FeatureModel> network;
    private final FeatureSet real;
    private final Moments realMoments;
    private final JavaRDD<NeighbourTiles.Balls> realBalls;
    private final List<MetricRow> rows = new ArrayList<>();

    Evaluation(JobContext context, EvaluateSettings settings, LatentData reference, FeatureModel features) {
        this.context = context;
        this.settings = settings;
        this.reference = reference;
        this.features = features;
        this.featuresHash = features.hash();
        this.network = new JavaSparkContext(context.spark().sparkContext()).broadcast(features);
        long count = Math.min(reference.count(), settings.referenceSamples());
        var images = ImageSources.real(context.spark(), reference, count);
        real = FeatureSet.of(settings.referenceSplit() + " images", images, count, network, settings.batch());
        realMoments = real.moments();
        realBalls = NeighbourTiles.balls(real.first(settings.recallSamples()), settings.neighbours());
    }

    /** Class accuracy on the real images, which is the classifier's own; NaN where its classes are not the data's. */
    double referenceAccuracy() {
        double accuracy = accuracy(real);
        addAccuracy(settings.referenceSplit(), null, accuracy, real.count());
        return accuracy;
    }

    /** Other real images, as many as a set of samples: the floor of every distance. */
    void compareReal(String split, LatentData data, long count) {
        var images = ImageSources.real(context.spark(), data, count);
        try (var set = FeatureSet.of(split + " images", images, count, network, settings.batch())) {
            compare(split, null, set);
        }
    }

    /** A set of samples. */
    void compareSamples(SampleSet samples, long count) {
        var images = ImageSources.generated(context.spark(), samples, reference.shape());
        try (var set = FeatureSet.of(samples.name(), images, count, network, settings.batch())) {
            compare(samples.model(), samples, set);
            double nanos = SampleTimes.medianNanos(samples.rows(context.spark()));
            rows.add(new MetricRow(
                    samples.model(),
                    samples.guidance(),
                    samples.steps(),
                    MetricRow.MILLISECONDS,
                    nanos / 1e6,
                    count,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null));
        }
    }

    List<MetricRow> rows() {
        return List.copyOf(rows);
    }

    @Override
    public void close() {
        real.close();
        realBalls.unpersist(false);
        network.destroy();
    }

    private void compare(String model, SampleSet samples, FeatureSet set) {
        double distance = FrechetDistance.between(realMoments, set.moments());
        var balls = NeighbourTiles.balls(set.first(settings.recallSamples()), settings.neighbours());
        var precisionRecall = NeighbourTiles.of(realBalls, balls);
        balls.unpersist(false);
        double accuracy = accuracy(set);
        rows.add(row(
                model,
                samples,
                MetricRow.FRECHET + features.name(),
                distance,
                set.count(),
                real.count(),
                null,
                FrechetDistance.SAMPLE));
        long recallSamples = Math.min(settings.recallSamples(), set.count());
        long recallReference = Math.min(settings.recallSamples(), real.count());
        rows.add(row(
                model,
                samples,
                MetricRow.PRECISION + features.name(),
                precisionRecall.precision(),
                recallSamples,
                recallReference,
                settings.neighbours(),
                null));
        rows.add(row(
                model,
                samples,
                MetricRow.RECALL + features.name(),
                precisionRecall.recall(),
                recallSamples,
                recallReference,
                settings.neighbours(),
                null));
        addAccuracy(model, samples, accuracy, set.count());
        log(set.name(), distance, precisionRecall, accuracy);
    }

    private double accuracy(FeatureSet set) {
        return features.classes() == reference.classes() ? set.classAccuracy() : Double.NaN;
    }

    private void addAccuracy(String model, SampleSet samples, double accuracy, long count) {
        if (!Double.isNaN(accuracy)) {
            var metric = MetricRow.CLASS_ACCURACY + features.name();
            rows.add(row(model, samples, metric, accuracy, count, null, null, null));
        }
    }

    private MetricRow row(
            String model,
            SampleSet samples,
            String metric,
            double value,
            long count,
            Long referenceCount,
            Integer neighbours,
            Integer ddof) {
        return new MetricRow(
                model,
                samples == null ? null : (Double) samples.guidance(),
                samples == null ? null : (Integer) samples.steps(),
                metric,
                value,
                count,
                referenceCount == null ? null : settings.referenceSplit(),
                referenceCount,
                neighbours,
                ddof,
                features.name(),
                featuresHash);
    }

    private void log(String set, double distance, PrecisionRecall precisionRecall, double accuracy) {
        Map<String, Object> facts = new TreeMap<>();
        facts.put("set", set);
        facts.put(MetricRow.FRECHET + features.name(), String.format(Locale.ROOT, "%.3f", distance));
        facts.put(
                MetricRow.PRECISION + features.name(), String.format(Locale.ROOT, "%.4f", precisionRecall.precision()));
        facts.put(MetricRow.RECALL + features.name(), String.format(Locale.ROOT, "%.4f", precisionRecall.recall()));
        facts.put(MetricRow.CLASS_ACCURACY + features.name(), String.format(Locale.ROOT, "%.4f", accuracy));
        context.progress().phase("evaluated", facts);
    }
}
