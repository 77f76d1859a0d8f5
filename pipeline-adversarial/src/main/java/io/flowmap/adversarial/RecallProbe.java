package io.flowmap.adversarial;

import io.flowmap.codec.PixelDecoder;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentData;
import io.flowmap.distill.StudentFactory;
import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.feature.FeatureModel;
import io.flowmap.eval.neighbour.PrecisionRecall;
import io.flowmap.flow.Sampling;
import io.flowmap.flow.TimeGrid;
import io.flowmap.model.FieldProgram;
import io.flowmap.model.NetworkSpec;
import io.flowmap.tensor.CounterRandom;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Measures recall of a flow map's one-step samples: the share of the first real samples that lie inside the k-nearest-neighbour ball of
 * some generated sample. Noise, classes and real samples are the same in every measurement.
 */
final class RecallProbe {
    private static final int BATCH = 100;

    private final NetworkSpec spec;
    private final StudentFactory student;
    private final WatchConfig config;
    private final LatentData data;
    private final FeatureModel features;
    private final long seed;
    private List<FeatureBlock> real;

    /**
     * @param student recipe of the flow map whose trained vector is measured
     * @param features network of the features; null to use the latents themselves
     */
    RecallProbe(
            NetworkSpec spec,
            StudentFactory student,
            WatchConfig config,
            LatentData data,
            FeatureModel features,
            long seed) {
        this.spec = spec;
        this.student = student;
        this.config = config;
        this.data = data;
        this.features = features;
        this.seed = seed;
    }

    /** Recall of the flow map, whose arrays come first in the flat vector. */
    double recall(float[] parameters) {
        real = real == null ? blocks(realLatents()) : real;
        return PrecisionRecall.between(real, blocks(generated(parameters)), config.neighbours())
                .recall();
    }

    private float[] realLatents() {
        int size = spec.shape().size();
        var values = new float[config.samples() * size];
        int filled = 0;
        for (int block = 0; block < data.blocks().size() && filled < values.length; block++) {
            float[] more = data.read(block).values();
            int taken = Math.min(more.length, values.length - filled);
            System.arraycopy(more, 0, values, filled, taken);
            filled += taken;
        }
        if (filled < values.length) {
            throw new UserError("cannot watch recall: expected finetune.watch.samples of at most " + filled / size
                    + " training samples, got " + config.samples());
        }
        return values;
    }

    private float[] generated(float[] parameters) {
        int size = spec.shape().size();
        var conditions = data.conditions().open(data.hadoop(), spec.condition());
        int batch = Math.min(BATCH, config.samples());
        var all = new float[config.samples() * size];
        try (var field = student.field("watched", parameters, data.hadoop());
                var program = new FieldProgram(field, spec.condition(), batch, spec.sample())) {
            for (int first = 0; first < config.samples(); first += batch) {
                program.condition(conditions.of(first, batch), config.guidance());
                INDArray noise = noise(first, batch);
                float[] x = Sampling.flowMap(program, noise, TimeGrid.uniform(1), 0, step -> noise)
                        .data()
                        .asFloat();
                System.arraycopy(x, 0, all, first * size, Math.min(x.length, all.length - first * size));
            }
        }
        return all;
    }

    private INDArray noise(int first, int batch) {
        int size = spec.shape().size();
        var random = new CounterRandom(seed);
        var values = new float[batch * size];
        for (int i = 0; i < batch; i++) {
            random.gaussians(values, i * size, size, first + i);
        }
        return Nd4j.create(
                values,
                new long[] {
                    batch,
                    spec.shape().channels(),
                    spec.shape().height(),
                    spec.shape().width()
                },
                'c');
    }

    private List<FeatureBlock> blocks(float[] latents) {
        if (features == null) {
            return List.of(new FeatureBlock(0, spec.shape().size(), latents));
        }
        try (var decoder = PixelDecoder.open(data.hadoop(), data.encoder(), spec.shape());
                var network = features.open()) {
            byte[] pixels = decoder.decode(latents, config.samples());
            return List.of(new FeatureBlock(
                    0,
                    features.dimension(),
                    network.apply(pixels, config.samples()).features()));
        }
    }
}
