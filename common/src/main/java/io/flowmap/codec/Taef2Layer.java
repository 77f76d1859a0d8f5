package io.flowmap.codec;

import io.flowmap.nn.Layers;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * One layer of TAEF2's encoder or decoder.
 *
 * @param number position in the network, the first part of its array names
 * @param kind operation
 * @param in number of input channels
 * @param out number of output channels
 */
record Taef2Layer(int number, Kind kind, int in, int out) {
    private static final int GROUPS = 4;
    private static final int WIDENING = 4;
    private static final int[] BLOCK = {0, 2, 4};

    enum Kind {
        /** 3x3 convolution with bias. */
        CONV,
        /** 3x3 convolution without bias. */
        PLAIN_CONV,
        /** 3x3 convolution without bias, stride 2. */
        DOWN,
        /** relu(x + conv relu conv relu conv x). */
        BLOCK,
        /** Residual block x + mix relu groupnorm mix x, where mix is a 1x1 convolution to four times the channels and back. */
        NORM_BLOCK,
        /** 3 tanh(x / 3). */
        SOFT_CLIP,
        RELU,
        /** Nearest upsampling by two. */
        DOUBLE
    }

    /** Adds names and shapes of the layer's arrays to the map. */
    void putShapes(Map<String, long[]> shapes) {
        switch (kind) {
            case CONV -> putConv(shapes, Integer.toString(number), true);
            case PLAIN_CONV, DOWN -> putConv(shapes, Integer.toString(number), false);
            case BLOCK -> putBlock(shapes);
            case NORM_BLOCK -> {
                putBlock(shapes);
                long wide = (long) WIDENING * in;
                shapes.put(number + ".pool.0.weight", new long[] {wide, in, 1, 1});
                shapes.put(number + ".pool.1.weight", new long[] {wide});
                shapes.put(number + ".pool.1.bias", new long[] {wide});
                shapes.put(number + ".pool.3.weight", new long[] {in, wide, 1, 1});
            }
            case SOFT_CLIP, RELU, DOUBLE -> {}
        }
    }

    SDVariable apply(Layers layers, SDVariable x) {
        return switch (kind) {
            case CONV -> conv(layers, x, Integer.toString(number));
            case PLAIN_CONV -> layers.conv(x, layers.array(number + ".weight"), 1);
            case DOWN -> layers.conv(x, layers.array(number + ".weight"), 2);
            case BLOCK -> block(layers, x);
            case NORM_BLOCK -> block(layers, x.add(normed(layers, x)));
            case SOFT_CLIP -> x.getSameDiff().math().tanh(x.mul(1.0 / 3)).mul(3);
            case RELU -> layers.relu(x);
            case DOUBLE -> layers.doubled(x);
        };
    }

    private SDVariable block(Layers layers, SDVariable x) {
        var y = x;
        for (int part : BLOCK) {
            y = conv(layers, part == BLOCK[0] ? y : layers.relu(y), number + ".conv." + part);
        }
        return layers.relu(y.add(x));
    }

    private SDVariable normed(Layers layers, SDVariable x) {
        var wide = layers.mix(x, layers.array(number + ".pool.0.weight"));
        var normed = layers.groupNorm(
                wide, GROUPS, layers.array(number + ".pool.1.weight"), layers.array(number + ".pool.1.bias"));
        return layers.mix(layers.relu(normed), layers.array(number + ".pool.3.weight"));
    }

    private void putBlock(Map<String, long[]> shapes) {
        for (int part : BLOCK) {
            putConv(shapes, number + ".conv." + part, true);
        }
    }

    private void putConv(Map<String, long[]> shapes, String name, boolean bias) {
        shapes.put(name + ".weight", new long[] {out, in, 3, 3});
        if (bias) {
            shapes.put(name + ".bias", new long[] {out});
        }
    }

    private static SDVariable conv(Layers layers, SDVariable x, String name) {
        return layers.conv(x, layers.array(name + ".weight"), layers.array(name + ".bias"), 1);
    }
}
