package io.flowmap.bench.step;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * EDM2's UNet described by its own constructor arguments ("EDM2 Precond/UNet kwargs"), with the blocks and parameters that follow from
 * them. Both sides of the benchmark are built from this description.
 *
 * @param resolution height and width of the image in pixels; other sizes with the same divisibility work too
 * @param imageChannels channels of the image; the network adds one channel of ones
 * @param labelDim number of classes, 0 for none
 * @param modelChannels channels of multiplier 1
 * @param channelMult multiplier of each resolution level, finest first
 * @param numBlocks residual blocks of each level in the encoder; the decoder has one more
 * @param attnResolutions resolutions whose blocks have self-attention
 * @param channelsPerHead channels of one attention head; a block with fewer channels has no attention, as in EDM2
 * @param targetTime whether the network also takes the target time s and the guidance weight (the student's two additional embeddings)
 * @param clip limit of the activations after a block, 0 for none
 */
public record BenchNetwork(
        int resolution,
        int imageChannels,
        int labelDim,
        int modelChannels,
        List<Integer> channelMult,
        int numBlocks,
        List<Integer> attnResolutions,
        int channelsPerHead,
        boolean targetTime,
        double clip) {

    /** Resampling of a block's input. */
    public enum Resample {
        KEEP,
        DOWN,
        UP
    }

    /**
     * One residual block.
     *
     * @param name EDM2's name, "enc.32x32_block0"
     * @param joins channels of the skip connection concatenated to the input, 0 for none
     * @param in channels of the input, including the skip
     * @param heads attention heads, 0 for none
     */
    public record Block(
            String name, boolean decoder, Resample resample, int joins, int in, int out, int side, int heads) {
        public boolean projects() {
            return in != out;
        }
    }

    public BenchNetwork {
        channelMult = List.copyOf(channelMult);
        attnResolutions = List.copyOf(attnResolutions);
    }

    /** The network of the published measurements: 32x32x1, ten classes, about one million parameters. */
    public static BenchNetwork standard() {
        return new BenchNetwork(32, 1, 10, 16, List.of(2, 3, 4), 1, List.of(8), 32, true, 256);
    }

    public BenchNetwork teacher() {
        return new BenchNetwork(
                resolution,
                imageChannels,
                labelDim,
                modelChannels,
                channelMult,
                numBlocks,
                attnResolutions,
                channelsPerHead,
                false,
                clip);
    }

    int noiseChannels() {
        return modelChannels * channelMult.get(0);
    }

    int embeddingChannels() {
        return modelChannels * channelMult.stream().max(Integer::compare).orElseThrow();
    }

    int firstChannels() {
        return noiseChannels();
    }

    public String firstConvolution() {
        return "enc." + size(0) + "_conv";
    }

    public List<Block> encoder() {
        var blocks = new ArrayList<Block>();
        int channels = firstChannels();
        for (int level = 0; level < channelMult.size(); level++) {
            int side = resolution >> level;
            int wide = modelChannels * channelMult.get(level);
            if (level > 0) {
                blocks.add(new Block(
                        "enc." + size(level) + "_down", false, Resample.DOWN, 0, channels, channels, side, 0));
            }
            for (int i = 0; i < numBlocks; i++) {
                String name = "enc." + size(level) + "_block" + i;
                blocks.add(new Block(name, false, Resample.KEEP, 0, channels, wide, side, heads(level, wide)));
                channels = wide;
            }
        }
        return blocks;
    }

    public List<Block> decoder() {
        var skips = new ArrayDeque<Integer>(List.of(firstChannels()));
        encoder().forEach(block -> skips.push(block.out()));
        var blocks = new ArrayList<Block>();
        int channels = skips.peek();
        for (int level = channelMult.size() - 1; level >= 0; level--) {
            int side = resolution >> level;
            int wide = modelChannels * channelMult.get(level);
            String name = "dec." + size(level);
            if (level == channelMult.size() - 1) {
                int heads = channels / channelsPerHead;
                blocks.add(new Block(name + "_in0", true, Resample.KEEP, 0, channels, channels, side, heads));
                blocks.add(new Block(name + "_in1", true, Resample.KEEP, 0, channels, channels, side, 0));
            } else {
                blocks.add(new Block(name + "_up", true, Resample.UP, 0, channels, channels, side, 0));
            }
            for (int i = 0; i <= numBlocks; i++) {
                int joins = skips.pop();
                blocks.add(new Block(
                        name + "_block" + i,
                        true,
                        Resample.KEEP,
                        joins,
                        channels + joins,
                        wide,
                        side,
                        heads(level, wide)));
                channels = wide;
            }
        }
        return blocks;
    }

    /**
     * Names and shapes of the trained parameters: EDM2's state_dict order and [out,in,kh,kw] layout, no prefix; the
     * student's additional embeddings last.
     */
    public Map<String, long[]> parameters() {
        var shapes = new LinkedHashMap<String, long[]>();
        int embedding = embeddingChannels();
        shapes.put("out_gain", new long[0]);
        shapes.put("emb_noise.weight", new long[] {embedding, noiseChannels()});
        if (labelDim > 0) {
            shapes.put("emb_label.weight", new long[] {embedding, labelDim});
        }
        shapes.put(firstConvolution() + ".weight", new long[] {firstChannels(), imageChannels + 1, 3, 3});
        encoder().forEach(block -> addBlock(shapes, block));
        decoder().forEach(block -> addBlock(shapes, block));
        shapes.put("out_conv.weight", new long[] {imageChannels, firstChannels(), 3, 3});
        for (String name : additionalInputs()) {
            shapes.put(name + ".gain", new long[0]);
            shapes.put(name + ".weight", new long[] {embedding, noiseChannels()});
        }
        return shapes;
    }

    /** Names and shapes of the fixed arrays: frequencies and phases of the Fourier features. */
    public Map<String, long[]> constants() {
        var shapes = new LinkedHashMap<String, long[]>();
        addFourier(shapes, "emb_fourier");
        additionalInputs().forEach(name -> addFourier(shapes, name + "_fourier"));
        return shapes;
    }

    public long parameterCount() {
        return parameters().values().stream().mapToLong(BenchNetwork::length).sum();
    }

    public static long length(long[] shape) {
        long length = 1;
        for (long side : shape) {
            length *= side;
        }
        return length;
    }

    private List<String> additionalInputs() {
        return targetTime ? List.of("emb_target", "emb_guidance") : List.of();
    }

    private void addFourier(Map<String, long[]> shapes, String name) {
        shapes.put(name + ".freqs", new long[] {noiseChannels()});
        shapes.put(name + ".phases", new long[] {noiseChannels()});
    }

    private void addBlock(Map<String, long[]> shapes, Block block) {
        String name = block.name();
        int from = block.decoder() ? block.in() : block.out();
        shapes.put(name + ".emb_gain", new long[0]);
        shapes.put(name + ".conv_res0.weight", new long[] {block.out(), from, 3, 3});
        shapes.put(name + ".emb_linear.weight", new long[] {block.out(), embeddingChannels()});
        shapes.put(name + ".conv_res1.weight", new long[] {block.out(), block.out(), 3, 3});
        if (block.projects()) {
            shapes.put(name + ".conv_skip.weight", new long[] {block.out(), block.in(), 1, 1});
        }
        if (block.heads() > 0) {
            shapes.put(name + ".attn_qkv.weight", new long[] {3L * block.out(), block.out(), 1, 1});
            shapes.put(name + ".attn_proj.weight", new long[] {block.out(), block.out(), 1, 1});
        }
    }

    private int heads(int level, int channels) {
        return attnResolutions.contains(resolution >> level) ? channels / channelsPerHead : 0;
    }

    private String size(int level) {
        int side = resolution >> level;
        return side + "x" + side;
    }
}
