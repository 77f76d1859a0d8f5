package io.flowmap.adversarial.discriminator;

import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.Scope;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The residual discriminator of StyleGAN2 (Karras et al. 2020), parameter by parameter with the names of its PyTorch version: blocks
 * of two convolutions, filtered down-sampling and a skip; minibatch deviation; projection onto the classes' mapping (Miyato and Koyama
 * 2018). Its levels follow {@link DiscriminatorConfig#levels}.
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
    public List<Parameter> parameters() {
        var list = new ArrayList<Parameter>();
        List<Integer> levels = config.levels();
        for (int i = 0; i + 1 < levels.size(); i++) {
            int in = config.channels(levels.get(i));
            int out = config.channels(levels.get(i + 1));
            String block = block(levels.get(i));
            if (i == 0) {
                add(list, block + "fromrgb", in, config.shape().channels(), 1, 1);
            }
            add(list, block + "conv0", in, in, 3, 3);
            add(list, block + "conv1", out, in, 3, 3);
            list.add(weight(block + "skip", out, in, 1, 1));
        }
        addMapping(list);
        int last = config.channels(config.last());
        String block = block(config.last());
        add(list, block + "conv", last, last + config.deviationChannels(), 3, 3);
        add(list, block + "fc", last, last * config.last() * config.lastWidth());
        add(list, block + "out", Math.max(1, config.projection()), last);
        return list;
    }

    private void addMapping(List<Parameter> list) {
        int width = config.projection();
        if (width == 0) {
            return;
        }
        add(list, MAPPING + "embed", width, config.classes());
        for (int layer = 0; layer < config.mappingLayers(); layer++) {
            add(list, MAPPING + "fc" + layer, width, width);
        }
    }

    private static void add(List<Parameter> list, String name, long... shape) {
        list.add(weight(name, shape));
        list.add(new Parameter(name + ".bias", new long[] {shape[0]}, Parameter.Kind.BIAS));
    }

    private static Parameter weight(String name, long... shape) {
        return new Parameter(name + ".weight", shape, Parameter.Kind.EQUALISED);
    }

    /** Initial flat vector: weights from N(0,1), those of the mapping's layers over their learning rate; biases zero. */
    public float[] initial(long seed) {
        List<Parameter> parameters = parameters();
        float[] flat = InitialParameters.draw(parameters, seed);
        int offset = 0;
        for (Parameter p : parameters) {
            if (p.name().startsWith(MAPPING + "fc")) {
                for (int i = offset; i < offset + p.length(); i++) {
                    flat[i] = (float) (flat[i] / config.mappingRate());
                }
            }
            offset += (int) p.length();
        }
        return flat;
    }

    /**
     * Emits D(x), larger where x looks real.
     *
     * @param x images or latents [N,H,W,C]
     * @param classes one-hot rows [N,L]; null of an unconditional discriminator
     * @return logits [N]; they depend on the other samples of the batch through the minibatch deviation
     */
    public SDVariable logits(Scope scope, SDVariable x, SDVariable classes) {
        var layers = new EqualisedLayers(scope);
        List<Integer> levels = config.levels();
        SDVariable y = clamped(scope, layers.convolution(block(levels.get(0)) + "fromrgb", x, 1, 1, 0), 1);
        for (int level : levels.subList(0, levels.size() - 1)) {
            y = block(scope, layers, block(level), y);
        }
        SDVariable features = epilogue(scope, layers, y);
        long batch = scope.shapes().of(x)[0];
        if (config.projection() == 0) {
            return scope.graph().reshape(features, batch);
        }
        return features.mul(mapped(layers, classes)).sum(false, 1).mul(1 / Math.sqrt(config.projection()));
    }

    private SDVariable block(Scope scope, EqualisedLayers layers, String block, SDVariable x) {
        SDVariable skip = layers.mix(block + "skip", layers.halved(x), RESIDUAL_GAIN);
        SDVariable y = clamped(scope, layers.convolution(block + "conv0", x, 1, 1, 1), 1);
        y = layers.convolution(block + "conv1", layers.filtered(y), RESIDUAL_GAIN, 2, 0);
        return skip.add(clamped(scope, y, RESIDUAL_GAIN));
    }

    private SDVariable epilogue(Scope scope, EqualisedLayers layers, SDVariable x) {
        String block = block(config.last());
        SDVariable y = config.deviationChannels() == 0
                ? x
                : new MinibatchDeviation(config.groupSize(), config.deviationChannels()).appended(scope, x);
        y = clamped(scope, layers.convolution(block + "conv", y, 1, 1, 1), 1);
        long[] shape = scope.shapes().of(y);
        SDVariable rows = scope.graph().permute(y, 0, 3, 1, 2);
        rows = scope.graph().reshape(rows, shape[0], shape[1] * shape[2] * shape[3]);
        return layers.linear(block + "out", layers.dense(block + "fc", rows, 1));
    }

    /** The mapping network: the class's embedding of unit moment, then layers of a lower learning rate. */
    private SDVariable mapped(EqualisedLayers layers, SDVariable classes) {
        SDVariable y = layers.unitMoment(layers.linear(MAPPING + "embed", classes));
        for (int layer = 0; layer < config.mappingLayers(); layer++) {
            y = layers.dense(MAPPING + "fc" + layer, y, config.mappingRate());
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
