package io.flowmap.eval.feature;

import io.flowmap.model.FrozenNetwork;
import io.flowmap.nn.Layers;
import java.util.LinkedHashMap;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The residual network for CIFAR-10 of He et al. 2016 (section 4.2, shortcuts of type A): three stages of n blocks of 16, 32 and 64
 * channels, 6n + 2 layers. The features are the 64 means over the pixels of the last block. Images are RGB, 32x32, scaled to
 * [0, 1], minus (0.485, 0.456, 0.406), over (0.229, 0.224, 0.225).
 */
public final class CifarResNet implements FeatureNetwork {
    private static final double[] MEAN = {0.485, 0.456, 0.406};
    private static final double[] DEVIATION = {0.229, 0.224, 0.225};
    private static final int LEVELS = 256;
    /** Images per forward pass; their activations fit in the cache. */
    private static final int BATCH = 32;

    private final CifarResNetWeights weights;
    private final FrozenNetwork network;
    private final float[][] normalised = new float[MEAN.length][LEVELS];
    private final float[] input;

    public CifarResNet(CifarResNetWeights weights) {
        this.weights = weights;
        var shape = weights.shape();
        input = new float[BATCH * shape.size()];
        var arrays = new LinkedHashMap<>(weights.arrays().arrays());
        for (int stage = 2; stage <= CifarResNetWeights.STAGES; stage++) {
            arrays.put(shortcut(stage), shortcutWeight(stage));
        }
        network = new FrozenNetwork(arrays, this::graph, BATCH, shape.channels(), shape.height(), shape.width());
        for (int channel = 0; channel < MEAN.length; channel++) {
            for (int level = 0; level < LEVELS; level++) {
                normalised[channel][level] = (float) ((level / (LEVELS - 1.0) - MEAN[channel]) / DEVIATION[channel]);
            }
        }
    }

    @Override
    public FeatureModel model() {
        return weights;
    }

    @Override
    public Features apply(byte[] images, int count) {
        int size = weights.shape().size();
        if (images.length != count * size) {
            throw new IllegalArgumentException("cannot apply " + weights.name() + ": expected " + count + " images of "
                    + weights.shape() + ", got " + images.length + " bytes");
        }
        var features = new float[count * weights.dimension()];
        var logits = new float[count * weights.classes()];
        for (int from = 0; from < count; from += BATCH) {
            int rows = Math.min(BATCH, count - from);
            normalise(images, from * size, rows * size);
            var outputs = network.apply(input);
            System.arraycopy(outputs.get(0), 0, features, from * weights.dimension(), rows * weights.dimension());
            System.arraycopy(outputs.get(1), 0, logits, from * weights.classes(), rows * weights.classes());
        }
        return Features.ofLogits(count, features, logits);
    }

    @Override
    public void close() {
        network.close();
    }

    private List<SDVariable> graph(Layers layers, SDVariable images) {
        var x = layers.relu(conv(layers, images, "conv1", 1));
        for (int stage = 1; stage <= CifarResNetWeights.STAGES; stage++) {
            for (int block = 0; block < weights.blocks(); block++) {
                boolean widens = stage > 1 && block == 0;
                int stride = widens ? 2 : 1;
                var y = layers.relu(conv(layers, x, CifarResNetWeights.convolution(stage, block, 1), stride));
                y = conv(layers, y, CifarResNetWeights.convolution(stage, block, 2), 1);
                x = layers.relu(y.add(widens ? layers.conv(x, layers.array(shortcut(stage)), stride) : x));
            }
        }
        var features = layers.meanOfPixels(x);
        return List.of(features, layers.linear(features, layers.array("linear.weight"), layers.array("linear.bias")));
    }

    private static SDVariable conv(Layers layers, SDVariable x, String name, int stride) {
        return layers.conv(x, layers.array(name + ".weight"), layers.array(name + ".bias"), stride);
    }

    private static String shortcut(int stage) {
        return "shortcut" + stage;
    }

    /**
     * The identity shortcut at a change of stage: every second pixel, with the channels in the middle of twice as many, as a 1x1
     * convolution of zeros and ones.
     */
    private static INDArray shortcutWeight(int stage) {
        int in = CifarResNetWeights.width(stage - 1);
        int out = CifarResNetWeights.width(stage);
        var weight = Nd4j.zeros(DataType.FLOAT, out, in, 1, 1);
        for (int channel = 0; channel < in; channel++) {
            weight.putScalar(new int[] {channel + out / 4, channel, 0, 0}, 1);
        }
        return weight;
    }

    /** Fills the input. A short batch leaves old images at the end, whose outputs are ignored. */
    private void normalise(byte[] images, int from, int length) {
        int plane = weights.shape().height() * weights.shape().width();
        for (int i = 0; i < length; i++) {
            input[i] = normalised[i / plane % MEAN.length][images[from + i] & 0xff];
        }
    }
}
