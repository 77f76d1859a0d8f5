package io.flowmap.distill;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentData;
import io.flowmap.data.LatentShape;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.model.NetworkSpec;
import io.flowmap.nn.edm2.UNetConfig;
import java.util.List;
import java.util.stream.IntStream;

/** The section {@code network}: size of an EDM2 UNet; resolution, channels and classes come from the data. */
record NetworkConfig(
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
        double clipAct,
        double sigmaData) {

    NetworkConfig {
        if (!(sigmaData > 0) || Double.isInfinite(sigmaData)) {
            throw new IllegalArgumentException("expected sigma-data > 0, got " + sigmaData);
        }
    }

    /**
     * The velocity network for latents. Throws {@link UserError} if it can not be built.
     *
     * @param path of this section, for messages
     */
    NetworkSpec velocity(String path, LatentData data) {
        var shape = data.shape();
        try {
            requireSides(shape);
            var unet = unet(data);
            requireAttentionLevels(shape);
            return new NetworkSpec(unet, false, NoiseLabel.TIME, sigmaData, shape);
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot accept setting " + path + ": " + e.getMessage(), e);
        }
    }

    private void requireSides(LatentShape shape) {
        int divisor = 1 << Math.max(0, channelMult.size() - 1);
        if (shape.height() % divisor != 0 || shape.width() % divisor != 0) {
            throw new IllegalArgumentException("expected latents with sides divisible by " + divisor
                    + " (channel-mult has " + channelMult.size() + " levels), got " + shape);
        }
    }

    private void requireAttentionLevels(LatentShape shape) {
        var heights = IntStream.range(0, channelMult.size())
                .mapToObj(level -> shape.height() >> level)
                .toList();
        if (!heights.containsAll(attnResolutions)) {
            throw new IllegalArgumentException(
                    "expected attn-resolutions among the levels' heights " + heights + ", got " + attnResolutions);
        }
    }

    private UNetConfig unet(LatentData data) {
        return new UNetConfig(
                data.shape().height(),
                data.shape().channels(),
                data.classes(),
                modelChannels,
                channelMult,
                channelMultNoise,
                channelMultEmb,
                numBlocks,
                attnResolutions,
                channelsPerHead,
                labelBalance,
                concatBalance,
                resBalance,
                attnBalance,
                clipAct);
    }
}
