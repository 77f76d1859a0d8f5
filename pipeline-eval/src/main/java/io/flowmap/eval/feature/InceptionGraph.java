package io.flowmap.eval.feature;

import io.flowmap.nn.Layers;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/** Builds {@link InceptionV3} as a graph. */
record InceptionGraph(Layers layers) implements InceptionV3.Layers<SDVariable> {
    @Override
    public SDVariable conv(
            SDVariable x, String name, int out, int rows, int columns, int stride, int padRows, int padColumns) {
        return layers.relu(layers.conv(
                x,
                layers.array(name + ".conv.weight"),
                layers.array(name + ".conv.bias"),
                stride,
                padRows,
                padColumns));
    }

    /**
     * The convolution is applied before the mean. Both are linear, a mean leaves the bias unchanged, and the convolution reduces the
     * channels.
     */
    @Override
    public SDVariable convOfMeans(SDVariable x, String name, int out) {
        var mixed = layers.conv(x, layers.array(name + ".conv.weight"), layers.array(name + ".conv.bias"), 1);
        return layers.relu(layers.meanOfWindows(mixed, 3));
    }

    @Override
    public SDVariable maxPool(SDVariable x, int stride, int pad) {
        return layers.maxPool(x, 3, stride, pad);
    }

    @Override
    public SDVariable concat(List<SDVariable> parts) {
        return layers.concat(parts.toArray(SDVariable[]::new));
    }
}
