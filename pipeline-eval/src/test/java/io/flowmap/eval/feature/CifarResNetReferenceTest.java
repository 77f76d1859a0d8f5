package io.flowmap.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.eval.distance.FrechetDistance;
import io.flowmap.eval.metric.FeatureSets;
import io.flowmap.eval.neighbour.PrecisionRecall;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import io.flowmap.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Published CIFAR-10 ResNets on all test images, compared with the original implementation in float32. */
@Tag("reference")
@TestInstance(Lifecycle.PER_CLASS)
class CifarResNetReferenceTest {
    private static final Logger LOG = LoggerFactory.getLogger(CifarResNetReferenceTest.class);
    /** Relative to the largest value: float32 arithmetic in another order, through up to 56 layers. */
    private static final double TOLERANCE = 2e-5;

    private static final double DISTANCE_TOLERANCE = 1e-4;
    private static final Pattern BALLS = Pattern.compile("real=first,gen=second,k=(\\d+)");
    private static final String ACCURACIES = "accuracy_on_all_10000";

    private Path folder;
    private JsonNode expected;
    private CifarTestImages images;

    @BeforeAll
    void read() throws IOException {
        folder = Reference.require("cifar_resnet");
        expected = Reference.json(folder, "expected");
        images = CifarTestImages.read();
    }

    List<String> networks() {
        var names = new ArrayList<String>();
        expected.path(ACCURACIES).fieldNames().forEachRemaining(names::add);
        return names;
    }

    @ParameterizedTest
    @MethodSource("networks")
    void featuresLogitsAccuracyAndMetricsMatchTheOriginal(String name) throws IOException {
        var weights = weights(name);
        long begun = System.nanoTime();
        Features features;
        try (var network = weights.open()) {
            features = network.apply(images.pixels(), images.count());
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        int right = 0;
        for (int row = 0; row < images.count(); row++) {
            right += features.predicted(row) == images.label(row) ? 1 : 0;
        }
        double accuracy = (double) right / images.count();
        LOG.info("cifar_resnet: {} accuracy={} of {} images in {} s", name, accuracy, images.count(), seconds);
        assertThat(weights.name()).isEqualToIgnoringCase(name);
        assertThat(accuracy).isEqualTo(expected.path(ACCURACIES).path(name).asDouble());
        checkSample(name, features, weights);
        checkMetrics(name, features.features(), weights.dimension());
    }

    private void checkSample(String name, Features features, FeatureModel model) {
        var names = Npy.readTexts(folder.resolve("features.npz"), "names");
        var arrays = Reference.arrays(folder, "features");
        int d = model.dimension();
        int k = model.classes();
        var actual = new double[names.size() * d];
        var logits = new double[names.size() * k];
        for (int i = 0; i < names.size(); i++) {
            int row = images.row(names.get(i));
            assertThat(images.label(row)).isEqualTo(arrays.get("label").ints()[i]);
            for (int j = 0; j < d; j++) {
                actual[i * d + j] = features.features()[row * d + j];
            }
            for (int j = 0; j < k; j++) {
                logits[i * k + j] = features.logProbabilities()[row * k + j];
            }
        }
        var expectedFeatures = arrays.get(name + "_feat").values();
        var expectedLogits = logSoftmax(arrays.get(name + "_logits").values(), k);
        double featureError = Reference.relativeToMaximum(actual, expectedFeatures);
        double logitError = Reference.relativeToMaximum(logits, expectedLogits);
        LOG.info("cifar_resnet: {} {} images features={} logits={}", name, names.size(), featureError, logitError);
        assertThat(featureError).as("features").isLessThan(TOLERANCE);
        assertThat(logitError).as("logits").isLessThan(TOLERANCE);
    }

    private void checkMetrics(String name, float[] features, int d) {
        for (var sets = expected.path("sets").fields(); sets.hasNext(); ) {
            var set = sets.next();
            var values = set.getValue().path(name);
            var parts = set.getKey().split("_vs_");
            if (parts.length != 2 || !images.has(parts[0]) || !images.has(parts[1]) || !values.has("fd")) {
                Reference.skipped(folder, "set " + set.getKey() + " of " + name);
                continue;
            }
            var first = FeatureSets.blocks(images.select(features, d, parts[0]), d, 1024);
            var second = FeatureSets.blocks(images.select(features, d, parts[1]), d, 1024);
            double distance = FrechetDistance.between(FeatureSets.moments(first), FeatureSets.moments(second));
            double fd = values.path("fd").asDouble();
            LOG.info("cifar_resnet: {} {} fd={} expected={}", name, set.getKey(), distance, fd);
            assertThat(distance).as(set.getKey()).isCloseTo(fd, within(DISTANCE_TOLERANCE * fd));
            for (var more = values.fields(); more.hasNext(); ) {
                var balls = more.next();
                var neighbours = BALLS.matcher(balls.getKey());
                if (neighbours.matches()) {
                    var both = PrecisionRecall.between(first, second, Integer.parseInt(neighbours.group(1)));
                    LOG.info("cifar_resnet: {} {} precision, recall={}", name, set.getKey(), both);
                    assertThat(both.precision())
                            .isCloseTo(balls.getValue().path("precision").asDouble(), within(image(parts[1])));
                    assertThat(both.recall())
                            .isCloseTo(balls.getValue().path("recall").asDouble(), within(image(parts[0])));
                } else if (!balls.getKey().equals("fd")) {
                    Reference.skipped(folder, "measure " + balls.getKey() + " of " + set.getKey());
                }
            }
        }
    }

    /** The share of one image in a subset, by which rounded distances may differ. */
    private double image(String subset) {
        return 1.0 / images.count(subset) + 1e-12;
    }

    /** The file with that name and any hash after it. */
    private static CifarResNetWeights weights(String name) throws IOException {
        try (var files = Files.newDirectoryStream(TestData.require("models"), name + "-*")) {
            var found = files.iterator();
            Assumptions.assumeTrue(found.hasNext(), () -> "no weights " + name + "-* in the models");
            return CifarResNetWeights.open(
                    new Configuration(),
                    new org.apache.hadoop.fs.Path(found.next().toUri()));
        }
    }

    private static double[] logSoftmax(double[] logits, int classes) {
        var logs = logits.clone();
        for (int from = 0; from < logs.length; from += classes) {
            double sum = 0;
            for (int i = from; i < from + classes; i++) {
                sum += Math.exp(logits[i]);
            }
            for (int i = from; i < from + classes; i++) {
                logs[i] -= Math.log(sum);
            }
        }
        return logs;
    }
}
