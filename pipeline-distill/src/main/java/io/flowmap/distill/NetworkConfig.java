package io.flowmap.distill;

import io.flowmap.data.LatentData;
import io.flowmap.distill.teacher.NetworkSpec;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.job.UserError;
import io.flowmap.nn.UNetConfig;
import java.util.List;

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

    NetworkSpec velocity(LatentData data) {
        var shape = data.shape();
        int divisor = 1 << (channelMult.size() - 1);
        if (shape.height() % divisor != 0 || shape.width() % divisor != 0) {
            throw new UserError("cannot build the network: expected latents with sides divisible by " + divisor
                    + " (channel-mult has " + channelMult.size() + " levels), got " + shape);
        }
        var unet = new UNetConfig(
                shape.height(),
                shape.channels(),
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
        return new NetworkSpec(unet, false, NoiseLabel.TIME, sigmaData, shape);
    }
}
