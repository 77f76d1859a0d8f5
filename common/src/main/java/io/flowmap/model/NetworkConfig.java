package io.flowmap.model;

import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Network;
import java.io.Serializable;

/**
 * Size of a network of an {@link Architecture}, a record in settings and manifests. Shapes of samples and conditions come from the data.
 */
public interface NetworkConfig extends Serializable {
    /**
     * Throws {@link IllegalArgumentException} for a size that has no effect for these samples. That is a mistake in settings, but imported
     * networks may have such sizes.
     */
    default void requireUseful(long[] sample) {}

    /**
     * Creates the network.
     *
     * @param sample shape of the data's samples: images or latents [C,H,W], points [D]
     * @param condition conditions of the data; the network may use a part of them
     * @param flowMap whether it takes a target time and a guidance weight
     * @throws IllegalArgumentException if these sizes do not describe a valid network
     */
    Network network(long[] sample, ConditionShape condition, boolean flowMap);
}
