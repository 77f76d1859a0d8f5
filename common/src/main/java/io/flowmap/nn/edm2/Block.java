package io.flowmap.nn.edm2;

import io.flowmap.nn.Parameter;
import java.util.ArrayList;
import java.util.List;

/**
 * One entry of the encoder or decoder: its place in EDM2's state dict and its sizes.
 *
 * @param name prefix of its parameters, e.g. {@code dec.8x8_in0}
 * @param flavor encoder (pixel norm, skip convolution first), decoder, or the plain input convolution
 * @param resample what happens to the resolution on entry
 * @param in channels in; in the decoder including the skip
 * @param skip channels of the encoder's output that is concatenated, 0 = none
 * @param out channels out
 * @param heads attention heads, 0 = no attention
 */
record Block(String name, Flavor flavor, Resample resample, int in, int skip, int out, int heads) {
    enum Flavor {
        INPUT,
        ENCODER,
        DECODER
    }

    enum Resample {
        KEEP,
        DOWN,
        UP
    }

    /** The encoder from the image on. */
    static List<Block> encoder(UNetConfig c) {
        List<Block> blocks = new ArrayList<>();
        int out = c.imgChannels() + 1;
        for (int level = 0; level < c.channelMult().size(); level++) {
            int resolution = c.imgResolution() >> level;
            String prefix = "enc." + resolution + "x" + resolution + "_";
            int channels = c.levelChannels(level);
            if (level == 0) {
                blocks.add(new Block(prefix + "conv", Flavor.INPUT, Resample.KEEP, out, 0, channels, 0));
                out = channels;
            } else {
                blocks.add(new Block(prefix + "down", Flavor.ENCODER, Resample.DOWN, out, 0, out, 0));
            }
            for (int i = 0; i < c.numBlocks(); i++) {
                int heads = c.attnResolutions().contains(resolution) ? channels / c.channelsPerHead() : 0;
                blocks.add(new Block(prefix + "block" + i, Flavor.ENCODER, Resample.KEEP, out, 0, channels, heads));
                out = channels;
            }
        }
        return blocks;
    }

    /** The decoder, from the encoder's last output to the input of the output convolution. */
    static List<Block> decoder(UNetConfig c) {
        List<Integer> skips =
                new ArrayList<>(encoder(c).stream().map(Block::out).toList());
        List<Block> blocks = new ArrayList<>();
        int last = c.channelMult().size() - 1;
        int out = skips.get(skips.size() - 1);
        for (int level = last; level >= 0; level--) {
            int resolution = c.imgResolution() >> level;
            String prefix = "dec." + resolution + "x" + resolution + "_";
            if (level == last) {
                int heads = out / c.channelsPerHead();
                blocks.add(new Block(prefix + "in0", Flavor.DECODER, Resample.KEEP, out, 0, out, heads));
                blocks.add(new Block(prefix + "in1", Flavor.DECODER, Resample.KEEP, out, 0, out, 0));
            } else {
                blocks.add(new Block(prefix + "up", Flavor.DECODER, Resample.UP, out, 0, out, 0));
            }
            int channels = c.levelChannels(level);
            for (int i = 0; i <= c.numBlocks(); i++) {
                int skip = skips.remove(skips.size() - 1);
                int heads = c.attnResolutions().contains(resolution) ? channels / c.channelsPerHead() : 0;
                blocks.add(new Block(
                        prefix + "block" + i, Flavor.DECODER, Resample.KEEP, out + skip, skip, channels, heads));
                out = channels;
            }
        }
        return blocks;
    }

    boolean hasSkipConvolution() {
        return in != out;
    }

    /** The arrays of this entry in EDM2's order. */
    List<Parameter> parameters(int embeddingChannels) {
        if (flavor == Flavor.INPUT) {
            return List.of(weight("", out, in, 3, 3));
        }
        List<Parameter> list = new ArrayList<>();
        list.add(new Parameter(name + ".emb_gain", new long[0], Parameter.Kind.GAIN));
        list.add(weight(".conv_res0", out, flavor == Flavor.ENCODER ? out : in, 3, 3));
        list.add(weight(".emb_linear", out, embeddingChannels));
        list.add(weight(".conv_res1", out, out, 3, 3));
        if (hasSkipConvolution()) {
            list.add(weight(".conv_skip", out, in, 1, 1));
        }
        if (heads > 0) {
            list.add(weight(".attn_qkv", 3L * out, out, 1, 1));
            list.add(weight(".attn_proj", out, out, 1, 1));
        }
        return list;
    }

    private Parameter weight(String part, long... shape) {
        return new Parameter(name + part + ".weight", shape, Parameter.Kind.WEIGHT);
    }
}
