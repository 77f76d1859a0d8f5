package io.flowmap.eval.feature;

import java.util.ArrayList;
import java.util.List;

/**
 * InceptionV3 (Szegedy et al. 2016) in the form used for FID: TensorFlow's network of 2015-12-05 with pytorch-fid's names, where means
 * over windows exclude the padding and the last block takes a maximum. The network is written once over an abstract layer; reading
 * weights and building a graph are two interpreters of it.
 *
 * @param <T> result of a layer: a variable of a graph, or a number of channels
 */
final class InceptionV3<T> {
    /** Width and height of its input images. */
    static final int SIDE = 299;

    /** Number of features of the four blocks: the channels of their outputs, averaged over the pixels. */
    static final List<Integer> DIMENSIONS = List.of(64, 192, 768, 2048);

    /** The kinds of layers in the network. */
    interface Layers<T> {
        /** Convolution, batch normalisation and max(x, 0), after padding with zeros. */
        T conv(T x, String name, int out, int rows, int columns, int stride, int padRows, int padColumns);

        /** {@link #conv} with a 1x1 kernel, applied to the 3x3 means around every pixel. */
        T convOfMeans(T x, String name, int out);

        /** Maximum over 3x3 windows. */
        T maxPool(T x, int stride, int pad);

        /** Concatenates the channels of the arguments, in order. */
        T concat(List<T> parts);
    }

    private final Layers<T> layers;

    InceptionV3(Layers<T> layers) {
        this.layers = layers;
    }

    /** Outputs of the first blocks, 1 to 4 of them. */
    List<T> blocks(T image, int count) {
        var blocks = new ArrayList<T>();
        var x = square(image, "Conv2d_1a_3x3", 32, 3, 2, 0);
        x = square(x, "Conv2d_2a_3x3", 32, 3, 1, 0);
        blocks.add(layers.maxPool(square(x, "Conv2d_2b_3x3", 64, 3, 1, 1), 2, 0));
        if (count > 1) {
            x = square(blocks.get(0), "Conv2d_3b_1x1", 80, 1, 1, 0);
            blocks.add(layers.maxPool(square(x, "Conv2d_4a_3x3", 192, 3, 1, 0), 2, 0));
        }
        if (count > 2) {
            blocks.add(third(blocks.get(1)));
        }
        if (count > 3) {
            x = reductionD(blocks.get(2), "Mixed_7a");
            blocks.add(mixedE(mixedE(x, "Mixed_7b", false), "Mixed_7c", true));
        }
        return blocks;
    }

    private T third(T input) {
        var x = mixedA(input, "Mixed_5b", 32);
        x = mixedA(x, "Mixed_5c", 64);
        x = mixedA(x, "Mixed_5d", 64);
        x = reductionB(x, "Mixed_6a");
        x = mixedC(x, "Mixed_6b", 128);
        x = mixedC(x, "Mixed_6c", 160);
        x = mixedC(x, "Mixed_6d", 160);
        return mixedC(x, "Mixed_6e", 192);
    }

    private T mixedA(T x, String name, int pooled) {
        var five = square(one(x, name + ".branch5x5_1", 48), name + ".branch5x5_2", 64, 5, 1, 2);
        var three = square(one(x, name + ".branch3x3dbl_1", 64), name + ".branch3x3dbl_2", 96, 3, 1, 1);
        return layers.concat(List.of(
                one(x, name + ".branch1x1", 64),
                five,
                square(three, name + ".branch3x3dbl_3", 96, 3, 1, 1),
                layers.convOfMeans(x, name + ".branch_pool", pooled)));
    }

    private T reductionB(T x, String name) {
        var three = square(one(x, name + ".branch3x3dbl_1", 64), name + ".branch3x3dbl_2", 96, 3, 1, 1);
        return layers.concat(List.of(
                square(x, name + ".branch3x3", 384, 3, 2, 0),
                square(three, name + ".branch3x3dbl_3", 96, 3, 2, 0),
                layers.maxPool(x, 2, 0)));
    }

    private T mixedC(T x, String name, int width) {
        var seven = row(one(x, name + ".branch7x7_1", width), name + ".branch7x7_2", width, 7);
        var twice = column(one(x, name + ".branch7x7dbl_1", width), name + ".branch7x7dbl_2", width, 7);
        twice = row(twice, name + ".branch7x7dbl_3", width, 7);
        twice = column(twice, name + ".branch7x7dbl_4", width, 7);
        return layers.concat(List.of(
                one(x, name + ".branch1x1", 192),
                column(seven, name + ".branch7x7_3", 192, 7),
                row(twice, name + ".branch7x7dbl_5", 192, 7),
                layers.convOfMeans(x, name + ".branch_pool", 192)));
    }

    private T reductionD(T x, String name) {
        var seven = row(one(x, name + ".branch7x7x3_1", 192), name + ".branch7x7x3_2", 192, 7);
        seven = column(seven, name + ".branch7x7x3_3", 192, 7);
        return layers.concat(List.of(
                square(one(x, name + ".branch3x3_1", 192), name + ".branch3x3_2", 320, 3, 2, 0),
                square(seven, name + ".branch7x7x3_4", 192, 3, 2, 0),
                layers.maxPool(x, 2, 0)));
    }

    private T mixedE(T x, String name, boolean maximum) {
        var three = one(x, name + ".branch3x3_1", 384);
        var twice = square(one(x, name + ".branch3x3dbl_1", 448), name + ".branch3x3dbl_2", 384, 3, 1, 1);
        return layers.concat(List.of(
                one(x, name + ".branch1x1", 320),
                row(three, name + ".branch3x3_2a", 384, 3),
                column(three, name + ".branch3x3_2b", 384, 3),
                row(twice, name + ".branch3x3dbl_3a", 384, 3),
                column(twice, name + ".branch3x3dbl_3b", 384, 3),
                maximum
                        ? one(layers.maxPool(x, 1, 1), name + ".branch_pool", 192)
                        : layers.convOfMeans(x, name + ".branch_pool", 192)));
    }

    private T one(T x, String name, int out) {
        return square(x, name, out, 1, 1, 0);
    }

    private T square(T x, String name, int out, int k, int stride, int pad) {
        return layers.conv(x, name, out, k, k, stride, pad, pad);
    }

    private T row(T x, String name, int out, int k) {
        return layers.conv(x, name, out, 1, k, 1, 0, k / 2);
    }

    private T column(T x, String name, int out, int k) {
        return layers.conv(x, name, out, k, 1, 1, k / 2, 0);
    }
}
