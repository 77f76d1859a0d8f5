package io.flowmap.app.mixer;

import io.flowmap.model.NetworkConfig;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Network;

/**
 * Size of a {@link Mixer}.
 *
 * @param patch height and width of a token, in pixels
 * @param width channels of a token
 * @param blocks number of blocks of token and channel mixing
 */
record MixerConfig(int patch, int width, int blocks) implements NetworkConfig {
    @Override
    public Network network(long[] sample, ConditionShape condition, boolean flowMap) {
        return new Mixer(this, sample[0], sample[1], sample[2], condition, flowMap);
    }
}
