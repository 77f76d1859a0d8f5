package io.flowmap.nn;

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

    public UNetConfig {
        channelMult = List.copyOf(channelMult);
        attnResolutions = List.copyOf(attnResolutions);
        require(!channelMult.isEmpty(), "channel-mult", "at least one level", channelMult);
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
