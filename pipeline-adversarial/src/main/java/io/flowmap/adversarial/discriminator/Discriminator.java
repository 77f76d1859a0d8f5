package io.flowmap.adversarial.discriminator;

import io.flowmap.graph.Shapes;
import io.flowmap.nn.Condition;
import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The residual discriminator of StyleGAN2 (Karras et al. 2020), with the parameter names of its PyTorch version: blocks of two
 * convolutions, filtered down-sampling and a skip; minibatch deviation; projection onto the classes' mapping (Miyato and Koyama 2018).
 * Its levels follow {@link DiscriminatorConfig#levels}.
 */
public final class Discriminator {
    private static final double RESIDUAL_GAIN = Math.sqrt(0.5);
    private static final String MAPPING = "mapping.";

    private final DiscriminatorConfig config;

    public Discriminator(DiscriminatorConfig config) {
        this.config = config;
    }

    public DiscriminatorConfig config() {
        return config;
    }

    /** All arrays in the order of the flat vector. */
    public FlatParameters parameters() {
        try (var shapes = new Shapes(SameDiff.create())) {
            var scope = Scope.trained(shapes, DataType.FLOAT, "");
            var graph = shapes.graph();
            var shape = config.shape();
            var x = graph.placeHolder("x", DataType.FLOAT, 1, shape.height(), shape.width(), shape.channels());
            var condition = new TreeMap<String, SDVariable>();
            config.condition()
                    .arrays()
                    .keySet()
                    .forEach(name -> condition.put(
                            name,
                            graph.placeHolder(
                                    "condition:" + name,
                                    DataType.FLOAT,
                                    config.condition().of(1, name))));
            logits(scope, x, new Condition(condition));
            var byName = scope.declared().stream().collect(Collectors.toMap(Parameter::name, p -> p));
            return new FlatParameters(order().stream().map(byName::get).toList());
        }
    }

    /** Names of the arrays in the PyTorch version. */
    private List<String> order() {
        var names = new ArrayList<String>();
        List<Integer> levels = config.levels();
        for (int i = 0; i + 1 < levels.size(); i++) {
            String block = block(levels.get(i));
            if (i == 0) {
                addBiased(names, block + "fromrgb");
            }
            addBiased(names, block + "conv0");
            addBiased(names, block + "conv1");
            names.add(block + "skip.weight");
        }
        if (config.projection() > 0) {
            addBiased(names, MAPPING + "embed");
            for (int layer = 0; layer < config.mappingLayers(); layer++) {
                addBiased(names, MAPPING + "fc" + layer);
            }
        }
        String block = block(config.last());
        addBiased(names, block + "conv");
        addBiased(names, block + "fc");
        addBiased(names, block + "out");
        return names;
    }

    private static void addBiased(List<String> names, String layer) {
        names.addAll(List.of(layer + ".weight", layer + ".bias"));
    }

    /** Initial flat vector: weights from N(0,1), divided by the learning rate in the mapping layers; biases zero. */
    public float[] initial(long seed) {
        FlatParameters parameters = parameters();
        float[] flat = InitialParameters.draw(parameters, seed);
        parameters.forEach((place, p, offset) -> {
            if (p.name().startsWith(MAPPING + "fc")) {
                for (int i = (int) offset; i < offset + p.length(); i++) {
                    flat[i] = (float) (flat[i] / config.mappingRate());
                }
            }
        });
        return flat;
    }

    /**
     * Emits D(x), which is larger where x looks real.
     *
     * @param x images or latents [N,H,W,C]
     * @param condition conditions of the samples; the discriminator reads those named in its configuration
     * @return logits [N]; through the minibatch deviation they depend on the other samples of the batch
     */
    public SDVariable logits(Scope scope, SDVariable x, Condition condition) {
        var layers = new EqualisedLayers(scope);
        List<Integer> levels = config.levels();
        SDVariable y = clamped(
                scope,
                layers.convolution(block(levels.get(0)) + "fromrgb", x, config.channels(levels.get(0)), 1, 1, 1, 0),
                1);
        for (int i = 0; i + 1 < levels.size(); i++) {
            y = block(scope, layers, block(levels.get(i)), y, config.channels(levels.get(i + 1)));
        }
        SDVariable features = epilogue(scope, layers, y);
        long batch = scope.shapes().of(x)[0];
        if (config.projection() == 0) {
            return scope.graph().reshape(features, batch);
        }
        return features.mul(mapped(scope, layers, condition)).sum(false, 1).mul(1 / Math.sqrt(config.projection()));
    }

    private SDVariable block(Scope scope, EqualisedLayers layers, String block, SDVariable x, long out) {
        SDVariable skip = layers.mix(block + "skip", layers.halved(x), out, RESIDUAL_GAIN);
        SDVariable y = clamped(scope, layers.convolution(block + "conv0", x, scope.shape(x)[3], 3, 1, 1, 1), 1);
        y = layers.convolution(block + "conv1", layers.filtered(y), out, 3, RESIDUAL_GAIN, 2, 0);
        return skip.add(clamped(scope, y, RESIDUAL_GAIN));
    }

    private SDVariable epilogue(Scope scope, EqualisedLayers layers, SDVariable x) {
        String block = block(config.last());
        int wide = config.channels(config.last());
        SDVariable y = config.deviationChannels() == 0
                ? x
                : new MinibatchDeviation(config.groupSize(), config.deviationChannels()).appended(scope, x);
        y = clamped(scope, layers.convolution(block + "conv", y, wide, 3, 1, 1, 1), 1);
        long[] shape = scope.shapes().of(y);
        SDVariable rows = scope.graph().permute(y, 0, 3, 1, 2);
        rows = scope.graph().reshape(rows, shape[0], shape[1] * shape[2] * shape[3]);
        return layers.linear(
                block + "out", layers.dense(block + "fc", rows, wide, 1), Math.max(1, config.projection()));
    }

    /** The mapping network: an embedding of the condition, normalised to unit second moment, then layers with a lower learning rate. */
    private SDVariable mapped(Scope scope, EqualisedLayers layers, Condition condition) {
        int wide = config.projection();
        SDVariable y = layers.unitMoment(layers.linear(
                MAPPING + "embed", condition.only(config.condition()).rows(scope), wide));
        for (int layer = 0; layer < config.mappingLayers(); layer++) {
            y = layers.dense(MAPPING + "fc" + layer, y, wide, config.mappingRate());
        }
        return y;
    }

    private SDVariable clamped(Scope scope, SDVariable x, double gain) {
        double limit = config.clamp() * gain;
        return limit == 0 ? x : scope.graph().math().clipByValue(x, -limit, limit);
    }

    private static String block(int height) {
        return "b" + height + ".";
    }
}
