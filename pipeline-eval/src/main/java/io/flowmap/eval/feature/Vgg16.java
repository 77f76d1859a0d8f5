package io.flowmap.eval.feature;

import io.flowmap.model.FrozenNetwork;
import io.flowmap.nn.Layers;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/** Features of a {@link Vgg16Model}. */
final class Vgg16 implements FeatureNetwork {
    /** Images per forward pass. */
    private static final int BATCH = 4;

    private final Vgg16Model model;
    private final FrozenNetwork network;

    Vgg16(Vgg16Model model) {
        this.model = model;
        var weights = model.weights();
        this.network =
                new FrozenNetwork(weights.arrays().arrays(), Vgg16::graph, BATCH, 3, weights.side(), weights.side());
    }

    @Override
    public FeatureModel model() {
        return model;
    }

    @Override
    public Features apply(byte[] images, int count) {
        int d = model.dimension();
        var features = new float[count * d];
        for (int from = 0; from < count; from += BATCH) {
            int rows = Math.min(BATCH, count - from);
            var input = Arrays.copyOf(
                    model.images().of(images, from, rows),
                    BATCH * model.images().size());
            System.arraycopy(network.apply(input).get(0), 0, features, from * d, rows * d);
        }
        return new Features(count, features, new float[count]);
    }

    private static List<SDVariable> graph(Layers layers, SDVariable images) {
        var x = images;
        int number = 1;
        for (int convolutions : Vgg16Weights.BLOCKS) {
            for (int i = 0; i < convolutions; i++) {
                x = layers.relu(layers.conv(
                        x, layers.array("conv" + number + ".weight"), layers.array("conv" + number + ".bias"), 1));
                number++;
            }
            x = layers.maxPool(x, 2, 2, 0);
        }
        for (var hidden : List.of("fc1", "fc2")) { // matrices as convolutions that see all pixels
            x = layers.relu(layers.conv(x, layers.array(hidden + ".weight"), layers.array(hidden + ".bias"), 1, 0, 0));
        }
        return List.of(layers.meanOfPixels(x));
    }

    @Override
    public void close() {
        network.close();
    }
}
