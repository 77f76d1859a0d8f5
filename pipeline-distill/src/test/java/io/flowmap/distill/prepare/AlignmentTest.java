package io.flowmap.distill.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.config.Json;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.train.Sessions;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.TimeEmbedding;
import io.flowmap.nn.edm2.UNetConfig;
import io.flowmap.stage.JobContext;
import io.flowmap.tensor.CounterRandom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class AlignmentTest {
    private static final TimeEmbedding NAMES = (TimeEmbedding) spec(16).network();

    private static final TimePairs LAW = new TimePairs(-0.4, 1);
    private static final int POINTS = 4000;

    @TempDir
    Path dir;

    @ParameterizedTest
    @ValueSource(ints = {8, 32})
    void theTrainedEmbeddingIsWithinATenthOfTheConstrainedOptimum(int channels) {
        var context =
                context("prepare.alignment.training.steps=800", "prepare.alignment.training.batch-per-worker=512");
        var alignment = alignment(context, channels);
        var aligned = alignment.train(context, new org.apache.hadoop.fs.Path(dir.toUri()));
        var old = NoiseEmbedding.of(
                NAMES, alignment.imported().spec().parameters().layout(), vector(channels));
        var fresh = NoiseEmbedding.of(
                NAMES, alignment.imported().spec().parameters().layout(), aligned.parameters());
        double reached = squares(old, fresh)[0] / squares(old, fresh)[1];
        double optimum = optimum(old, fresh) / squares(old, fresh)[1];
        assertThat(reached).isBetween(0.999 * optimum, 1.1 * optimum);
        assertThat(aligned.error()).isEqualTo(reached, within(0.01 * reached));
        assertThat(aligned.error()).isLessThan(0.2 * aligned.errorBefore());
    }

    @Test
    void onlyTheEmbeddingChangesAndItsRowsAreUnit() {
        var context = context("prepare.alignment.training.steps=5");
        var alignment = alignment(context, 16);
        float[] before = vector(16);
        float[] after = alignment
                .train(context, new org.apache.hadoop.fs.Path(dir.toUri()))
                .parameters();
        var layout = alignment.imported().spec().parameters().layout();
        for (int i = 0; i < before.length; i++) {
            if (!layout.at(i).name().matches("emb_(fourier|noise).*")) {
                assertThat(after[i]).as(layout.at(i).name()).isEqualTo(before[i]);
            }
        }
        float[] weight = NoiseEmbedding.of(NAMES, layout, after).weight();
        for (int row = 0; row < weight.length; row += 16) {
            double squares = 0;
            for (int i = row; i < row + 16; i++) {
                squares += weight[i] * weight[i];
            }
            assertThat(Math.sqrt(squares / 16)).isEqualTo(1, within(2e-4));
        }
    }

    @Test
    void theLossFallsAndEveryRoundIsKept() {
        var context = context("prepare.alignment.training.steps=200");
        alignment(context, 16).train(context, new org.apache.hadoop.fs.Path(dir.toUri()));
        var losses =
                context
                        .spark()
                        .read()
                        .parquet(dir.resolve("training").toString())
                        .orderBy("step")
                        .collectAsList()
                        .stream()
                        .map(row -> row.<Double>getAs("loss"))
                        .toList();
        assertThat(losses).hasSize(10);
        assertThat(losses.get(9)).isLessThan(0.3 * losses.get(0));
    }

    @Test
    void aNewFeatureHasTheOldValueAndSlopeAtItsTime() {
        var old = NoiseEmbedding.of(NAMES, spec(16).parameters().layout(), vector(16));
        var random = new CounterRandom(5);
        var fresh = old.inTime(LAW, 1, random, 7);
        double h = 1e-4;
        for (int i = 0; i < 16; i++) {
            double tau = LAW.drawTime(random, 7, i);
            double slope = (feature(old, i, logSigma(tau + h)) - feature(old, i, logSigma(tau - h))) / (2 * h);
            assertThat(feature(fresh, i, tau)).isEqualTo(feature(old, i, logSigma(tau)), within(1e-4));
            assertThat((feature(fresh, i, tau + h) - feature(fresh, i, tau - h)) / (2 * h))
                    .isEqualTo(slope, within(1e-3 * (1 + Math.abs(slope))));
        }
    }

    @Test
    void theGradientMatchesThatOfThePlainSum() {
        var old = NoiseEmbedding.of(NAMES, spec(16).parameters().layout(), vector(16));
        var fresh = old.inTime(LAW, 1.5, new CounterRandom(5), 7);
        INDArray weight = Nd4j.createFromArray(fresh.weight().clone());
        INDArray gradient = Nd4j.zerosLike(weight);
        float[] t = {0.1f, 0.4f, 0.45f, 0.9f};
        try (var program =
                new AlignmentProgram((TimeEmbedding) spec(16).network(), old, fresh, t.length, weight, gradient)) {
            program.times(t);
            program.run();
            double h = 1e-3;
            for (int i = 0; i < fresh.weight().length; i += 13) {
                double slope = (loss(old, moved(fresh, i, h), t) - loss(old, moved(fresh, i, -h), t)) / (2 * h);
                assertThat(gradient.getDouble(i)).isEqualTo(slope, within(1e-3));
            }
        }
    }

    /** Times, distances and magnitudes of 2^24 samples: 64 MiB each, which malloc returns to the system at once. */
    @Test
    void aClosedProgramLeavesNoArraysOfItsOwn() {
        int batch = 1 << 24;
        var old = NoiseEmbedding.of(NAMES, spec(8).parameters().layout(), vector(8));
        INDArray weight = Nd4j.createFromArray(old.weight());
        INDArray gradient = Nd4j.zerosLike(weight);
        long before = 0;
        for (int round = 0; round < 4; round++) {
            new AlignmentProgram((TimeEmbedding) spec(8).network(), old, old, batch, weight, gradient).close();
            before = round == 0 ? Pointer.physicalBytes() : before;
        }
        assertThat(Pointer.physicalBytes() - before).isLessThan(3L * Float.BYTES * batch);
        assertThat(List.of(weight, gradient)).noneMatch(INDArray::wasClosed);
    }

    private static NoiseEmbedding moved(NoiseEmbedding embedding, int element, double step) {
        float[] weight = embedding.weight().clone();
        weight[element] += (float) step;
        return embedding.with(weight);
    }

    private static double loss(NoiseEmbedding old, NoiseEmbedding fresh, float[] times) {
        double sum = 0;
        for (float t : times) {
            double[] difference = value(fresh, t);
            double[] target = value(old, logSigma(t));
            for (int e = 0; e < target.length; e++) {
                sum += Math.pow(difference[e] - target[e], 2);
            }
        }
        return sum / times.length;
    }

    /** E ||emb_new - emb_EDM2||^2 and E ||emb_EDM2||^2. */
    private static double[] squares(NoiseEmbedding old, NoiseEmbedding fresh) {
        var sums = new double[2];
        for (int k = 0; k < POINTS; k++) {
            double[] made = value(fresh, time(k));
            double[] target = value(old, logSigma(time(k)));
            for (int e = 0; e < target.length; e++) {
                sums[0] += probability(k) * Math.pow(made[e] - target[e], 2);
                sums[1] += probability(k) * target[e] * target[e];
            }
        }
        return sums;
    }

    /** The minimum of E ||emb - emb_EDM2||^2 over unit rows, computed for each channel. */
    private static double optimum(NoiseEmbedding old, NoiseEmbedding fresh) {
        var features = new double[POINTS][];
        var targets = new double[POINTS][];
        for (int k = 0; k < POINTS; k++) {
            double root = Math.sqrt(probability(k) * POINTS);
            features[k] = scaled(root, features(fresh, time(k)));
            targets[k] = scaled(root, value(old, logSigma(time(k))));
        }
        var problem = new SphereLeastSquares(features);
        double sum = 0;
        for (int e = 0; e < targets[0].length; e++) {
            int channel = e;
            sum += problem.least(Arrays.stream(targets)
                    .mapToDouble(target -> target[channel])
                    .toArray());
        }
        return sum;
    }

    /** Midpoints of equal cells of logit t, within five standard deviations. */
    private static double time(int k) {
        return 1 / (1 + Math.exp(-(LAW.mean() + LAW.deviation() * place(k))));
    }

    private static double place(int k) {
        return 10 * (k + 0.5) / POINTS - 5;
    }

    private static double probability(int k) {
        return Math.exp(-place(k) * place(k) / 2) / Math.sqrt(2 * Math.PI) * 10 / POINTS;
    }

    private static double[] scaled(double factor, double[] values) {
        return Arrays.stream(values).map(value -> factor * value).toArray();
    }

    private static double logSigma(double t) {
        return Math.log(t / (1 - t)) / 4;
    }

    private static double feature(NoiseEmbedding embedding, int i, double c) {
        return Math.sqrt(2)
                * Math.cos((double) embedding.frequencies()[i] * c + embedding.phases()[i]);
    }

    private static double[] features(NoiseEmbedding embedding, double c) {
        var features = new double[embedding.frequencies().length];
        Arrays.setAll(features, i -> feature(embedding, i, c));
        return features;
    }

    /** emb(c), with each row of the weight divided by its norm. */
    private static double[] value(NoiseEmbedding embedding, double c) {
        double[] features = features(embedding, c);
        int n = features.length;
        var value = new double[embedding.weight().length / n];
        for (int e = 0; e < value.length; e++) {
            double squares = 0;
            for (int i = 0; i < n; i++) {
                float w = embedding.weight()[e * n + i];
                value[e] += w * features[i];
                squares += w * w;
            }
            value[e] /= Math.sqrt(n) * (1e-4 + Math.sqrt(squares / n));
        }
        return value;
    }

    private Alignment alignment(JobContext context, int channels) {
        var stage = new org.apache.hadoop.fs.Path(dir.resolve("imported").toUri());
        CheckpointStore.open(context.hadoop(), stage)
                .save(
                        0,
                        Map.of("parameters", vector(channels)),
                        spec(channels).parameters().layout(),
                        Json.mapper().createObjectNode());
        var config = context.settings().section("prepare.alignment", AlignmentConfig.class);
        return new Alignment(StoredModel.of(context.hadoop(), spec(channels), stage, "parameters"), config, 3);
    }

    private static float[] vector(int channels) {
        return InitialParameters.draw(spec(channels).parameters(), 11);
    }

    private static NetworkSpec spec(int channels) {
        var unet = UNetConfig.of(channels, List.of(1), 1, List.of(), 64);
        return new NetworkSpec(unet, false, NoiseLabel.LOG_SIGMA, 0.5, new LatentShape(1, 8, 8), ConditionShape.NONE);
    }

    private static JobContext context(String... keys) {
        var all = new ArrayList<>(List.of(keys));
        all.add("prepare.alignment.training.workers=1");
        return Sessions.context(Sessions.open("local[1]"), all.toArray(String[]::new));
    }
}
