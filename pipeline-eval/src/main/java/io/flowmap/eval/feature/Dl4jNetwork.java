package io.flowmap.eval.feature;

import io.flowmap.eval.feature.dl4j.LoadedNetwork;
import java.util.Arrays;

/** Features of a {@link Dl4jModel}, and the logarithms of its probabilities. */
final class Dl4jNetwork implements FeatureNetwork {
    /** Images of a forward pass, whose activations Deeplearning4j holds at once. */
    private static final int BATCH = 32;

    private final Dl4jModel model;
    private final LoadedNetwork network;

    Dl4jNetwork(Dl4jModel model) {
        this.model = model;
        this.network = LoadedNetwork.read(model.file(), model.bytes());
    }

    @Override
    public FeatureModel model() {
        return model;
    }

    @Override
    public Features apply(byte[] images, int count) {
        int d = model.dimension();
        int k = model.classes();
        var form = model.images();
        var features = new float[count * d];
        var probabilities = new float[count * k];
        Arrays.fill(probabilities, 1);
        for (int from = 0; from < count; from += BATCH) {
            int rows = Math.min(BATCH, count - from);
            var parts = network.activations(
                    form.of(images, from, rows),
                    rows,
                    form.channels(),
                    form.height(),
                    form.width(),
                    model.layer(),
                    network.output());
            System.arraycopy(parts.get(0), 0, features, from * d, rows * d);
            if (k > 1) {
                System.arraycopy(parts.get(1), 0, probabilities, from * k, rows * k);
            }
        }
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = (float) Math.log(Math.max(probabilities[i], Float.MIN_NORMAL));
        }
        return new Features(count, features, probabilities);
    }

    @Override
    public void close() {
        network.close();
    }
}
