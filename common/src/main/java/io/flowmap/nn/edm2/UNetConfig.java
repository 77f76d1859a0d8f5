package io.flowmap.nn.edm2;

import java.io.Serializable;
import java.util.List;

/**
 * Configuration of EDM2's UNet, with the names and defaults of its constructor.
 *
 * @param imgResolution side of the images that name the levels; other sizes divisible by 2^(levels-1) run too
 * @param imgChannels channels of input and output
 * @param labelDim number of classes, 0 = unconditional
 * @param modelChannels base multiplier of the channels
 * @param channelMult channels of each level over modelChannels
 * @param channelMultNoise Fourier features over modelChannels, 0 = those of the first level
 * @param channelMultEmb embedding channels over modelChannels, 0 = those of the widest level
 * @param numBlocks residual blocks a level
 * @param attnResolutions levels with self-attention
 * @param channelsPerHead channels of an attention head; a block narrower than this has no attention, as in EDM2
 * @param labelBalance weight of the class in the embedding, 0..1
 * @param concatBalance weight of the skip in a concatenation, 0..1
 * @param resBalance weight of the residual branch, 0..1
 * @param attnBalance weight of the attention branch, 0..1
 * @param clipAct limit of the activations after a block, 0 = none
 */
public record UNetConfig(
        int imgResolution,
        int imgChannels,
        int labelDim,
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
        implements Serializable {

    private static final int LEVELS = 16;

    public UNetConfig {
        channelMult = List.copyOf(channelMult);
        attnResolutions = List.copyOf(attnResolutions);
        require(
                !channelMult.isEmpty()
                        && channelMult.size() <= LEVELS
                        && channelMult.stream().allMatch(m -> m > 0),
                "channel-mult",
                "1 to " + LEVELS + " positive numbers",
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
        require(labelDim >= 0, "label-dim", "0 or more", labelDim);
        int divisor = 1 << (channelMult.size() - 1);
        require(
                imgResolution > 0 && imgResolution % divisor == 0,
                "img-resolution",
                "a multiple of " + divisor,
                imgResolution);
        for (int level = 0; level < channelMult.size(); level++) {
            int channels = modelChannels * channelMult.get(level);
            boolean attends = attnResolutions.contains(imgResolution >> level) || level == channelMult.size() - 1;
            int heads = attends ? channels / channelsPerHead : 0;
            require(
                    heads == 0 || channels % heads == 0,
                    "channels-per-head",
                    "such that its heads divide the " + channels + " channels of level " + level,
                    channelsPerHead);
        }
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

    /** EDM2's defaults for everything but the sizes. */
    public static UNetConfig of(
            int resolution,
            int channels,
            int classes,
            int modelChannels,
            List<Integer> channelMult,
            int blocks,
            List<Integer> attnResolutions,
            int channelsPerHead) {
        return new UNetConfig(
                resolution,
                channels,
                classes,
                modelChannels,
                channelMult,
                0,
                0,
                blocks,
                attnResolutions,
                channelsPerHead,
                0.5,
                0.5,
                0.3,
                0.3,
                256);
    }

    int levelChannels(int level) {
        return modelChannels * channelMult.get(level);
    }

    int noiseChannels() {
        return channelMultNoise > 0 ? modelChannels * channelMultNoise : levelChannels(0);
    }

    int embeddingChannels() {
        return channelMultEmb > 0
                ? modelChannels * channelMultEmb
                : modelChannels * channelMult.stream().max(Integer::compare).orElseThrow();
    }
}
