package io.flowmap.eval.feature;

import io.flowmap.model.FrozenNetwork;
import io.flowmap.nn.Layers;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Features of {@link InceptionV3}: the mean over the pixels of a block's output. The last block [2048] also gives the probabilities of
 * 1008 classes.
 */
public final class Inception implements FeatureNetwork {
    /** Images per forward pass. */
    private static final int BATCH = 8;

    private final InceptionModel model;
    private final FrozenNetwork network;
    private final float[] input = new float[BATCH * 3 * InceptionV3.SIDE * InceptionV3.SIDE];

    public Inception(InceptionModel model) {
        this.model = model;
        this.network = network(model.weights(), model.blocks(), BATCH);
    }

    /**
     * The first blocks of the network for a batch [N,3,299,299]. Outputs: the mean over the pixels of every block, and after the last
     * block the logits.
     */
    static FrozenNetwork network(InceptionWeights weights, int blocks, int batch) {
        return new FrozenNetwork(
                weights.arrays().arrays(),
                (layers, images) -> outputs(layers, images, blocks),
                batch,
                3,
                InceptionV3.SIDE,
                InceptionV3.SIDE);
    }

    @Override
    public FeatureModel model() {
        return model;
    }

    @Override
    public Features apply(byte[] images, int count) {
        int size = model.shape().size();
        if (images.length != count * size) {
            throw new IllegalArgumentException("cannot apply " + model.name() + ": expected " + count + " images of "
                    + model.shape() + ", got " + images.length + " bytes");
        }
        int d = model.dimension();
        var features = new float[count * d];
        var logits = new float[count * model.classes()];
        for (int from = 0; from < count; from += BATCH) {
            int rows = Math.min(BATCH, count - from);
            for (int i = 0; i < rows; i++) {
                model.resize()
                        .apply(
                                images,
                                (from + i) * size,
                                model.shape(),
                                InceptionV3.SIDE,
                                input,
                                i * (input.length / BATCH));
            }
            var outputs = network.apply(input);
            int blocks = model.blocks();
            System.arraycopy(outputs.get(blocks - 1), 0, features, from * d, rows * d);
            if (outputs.size() > blocks) {
                System.arraycopy(outputs.get(blocks), 0, logits, from * model.classes(), rows * model.classes());
            }
        }
        return Features.ofLogits(count, features, logits);
    }

    @Override
    public void close() {
        network.close();
    }

    private static List<SDVariable> outputs(Layers layers, SDVariable images, int blocks) {
        var outputs = new ArrayList<SDVariable>();
        for (var block : new InceptionV3<>(new InceptionGraph(layers)).blocks(images, blocks)) {
            outputs.add(layers.meanOfPixels(block));
        }
        if (blocks == InceptionV3.DIMENSIONS.size()) {
            outputs.add(layers.linear(outputs.get(blocks - 1), layers.array(InceptionWeights.LOGITS)));
        }
        return outputs;
    }
}
