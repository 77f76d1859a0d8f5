package io.flowmap.model;

import io.flowmap.data.LatentShape;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.nn.edm2.UNet;
import io.flowmap.nn.edm2.UNetConfig;

/**
 * Everything that makes a network's arrays a field, as a stage's manifest keeps it.
 *
 * @param unet configuration of the UNet
 * @param flowMap whether it has the embeddings of target time and guidance weight
 * @param noiseLabel what it is told of the time
 * @param sigmaData standard deviation of the data that it is preconditioned for
 * @param shape of the latents
 */
public record NetworkSpec(UNetConfig unet, boolean flowMap, NoiseLabel noiseLabel, double sigmaData, LatentShape shape)
        implements FieldSpec {

    public UNet network() {
        return new UNet(unet, flowMap);
    }

    @Override
    public NetworkField field() {
        return new NetworkField(network(), noiseLabel, sigmaData);
    }

    @Override
    public long[] sample() {
        return shape.dimensions();
    }

    /** The flow map that starts as this velocity field. */
    public NetworkSpec asFlowMap() {
        return new NetworkSpec(unet, true, noiseLabel, sigmaData, shape);
    }
}
