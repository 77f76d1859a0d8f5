package io.flowmap.nn.edm2;

import io.flowmap.model.NetworkConfig;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Network;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Size of EDM2's UNet, with the names and defaults of its constructor; resolution, channels and classes come from the data.
 *
 * @param modelChannels base number of channels
 * @param channelMult channels of each level divided by modelChannels
 * @param channelMultNoise Fourier features divided by modelChannels, 0 = as many as the first level's channels
 * @param channelMultEmb embedding channels divided by modelChannels, 0 = those of the widest level
 * @param numBlocks residual blocks per level
 * @param attnResolutions heights of the levels with self-attention
 * @param channelsPerHead channels of an attention head; a block narrower than this has no attention, as in EDM2
 * @param labelBalance weight of the class in the embedding, in 0..1
 * @param concatBalance weight of the skip in a concatenation, in 0..1
 * @param resBalance weight of the residual branch, in 0..1
 * @param attnBalance weight of the attention branch, in 0..1
 * @param clipAct limit of the activations after a block, 0 = no limit
 */
public record UNetConfig(
        int modelChannels,
        List<Integer> channelMult,
        int channelMultNoise,
        int channelMultEmb,
        int numBlocks,
        List<Integer> attnResolutions,
        int channelsPerHead,
        double labelBalance,
        double concatBalance,
        double resBalance,
        double attnBalance,
        double clipAct)
        implements NetworkConfig {

    private static final int MOST_LEVELS = 16;

    public UNetConfig {
        channelMult = List.copyOf(channelMult);
        attnResolutions = List.copyOf(attnResolutions);
        require(
                !channelMult.isEmpty()
                        && channelMult.size() <= MOST_LEVELS
                        && channelMult.stream().allMatch(m -> m > 0),
                "channel-mult",
                "1 to " + MOST_LEVELS + " positive numbers",
                channelMult);
        require(channelMultNoise >= 0, "channel-mult-noise", "0 or more", channelMultNoise);
        require(channelMultEmb >= 0, "channel-mult-emb", "0 or more", channelMultEmb);
        requireShare("label-balance", labelBalance);
        requireShare("concat-balance", concatBalance);
        requireShare("res-balance", resBalance);
        requireShare("attn-balance", attnBalance);
        require(clipAct >= 0, "clip-act", "0 or more", clipAct);
        require(numBlocks > 0, "num-blocks", "a positive number", numBlocks);
        require(modelChannels > 0 && modelChannels % 2 == 0, "model-channels", "a positive even number", modelChannels);
        require(channelsPerHead > 0, "channels-per-head", "a positive number", channelsPerHead);
    }

    private static void requireShare(String key, double value) {
        require(value >= 0 && value <= 1, key, "from 0 to 1", value);
    }

    private static void require(boolean holds, String key, String expected, Object got) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "cannot build a UNet: expected " + key + " to be " + expected + ", got " + got);
        }
    }

    /** A configuration with EDM2's defaults for everything but the sizes. */
    public static UNetConfig of(
            int modelChannels,
            List<Integer> channelMult,
            int blocks,
            List<Integer> attnResolutions,
            int channelsPerHead) {
        return new UNetConfig(
                modelChannels, channelMult, 0, 0, blocks, attnResolutions, channelsPerHead, 0.5, 0.5, 0.3, 0.3, 256);
    }

    @Override
    public Network network(long[] sample, ConditionShape condition, boolean flowMap) {
        return new UNet(this, sample, condition, flowMap);
    }

    @Override
    public void requireUseful(long[] sample) {
        var heights = IntStream.range(0, levels())
                .mapToObj(level -> (int) sample[1] >> level)
                .toList();
        if (!heights.containsAll(attnResolutions)) {
            throw new IllegalArgumentException(
                    "expected attn-resolutions among the levels' heights " + heights + ", got " + attnResolutions);
        }
    }

    /**
     * Throws {@link IllegalArgumentException} unless samples of this size can be halved for every level and the attention heads divide the
     * channels of every level.
     */
    void requireFits(int height, int width) {
        requireHalves(height, width);
        for (int level = 0; level < levels(); level++) {
            int wide = channels(level);
            int heads = level == levels() - 1 ? wide / channelsPerHead : heads(height >> level, wide);
            require(
                    heads == 0 || wide % heads == 0,
                    "channels-per-head",
                    "such that its heads divide the " + wide + " channels of level " + level,
                    channelsPerHead);
        }
    }

    /** Throws {@link IllegalArgumentException} unless samples of this size can be halved for every level. */
    void requireHalves(int height, int width) {
        int divisor = 1 << levels() - 1;
        require(
                height > 0 && width > 0 && height % divisor == 0 && width % divisor == 0,
                "channel-mult",
                "a list of levels such that the sample's sides are divisible by " + divisor,
                channelMult + " for " + height + "x" + width);
    }

    int levels() {
        return channelMult.size();
    }

    int channels(int level) {
        return modelChannels * channelMult.get(level);
    }

    /** Attention heads of a block of this height and number of channels, 0 = no attention. */
    int heads(int resolution, int channels) {
        return attnResolutions.contains(resolution) ? channels / channelsPerHead : 0;
    }

    int noiseChannels() {
        return channelMultNoise > 0 ? modelChannels * channelMultNoise : channels(0);
    }

    int embeddingChannels() {
        return channelMultEmb > 0
                ? modelChannels * channelMultEmb
                : modelChannels * channelMult.stream().max(Integer::compare).orElseThrow();
    }
}
