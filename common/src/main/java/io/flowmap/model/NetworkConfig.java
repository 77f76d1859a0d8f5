package io.flowmap.model;

import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Network;
import java.io.Serializable;

/** Size of a network of an {@link Architecture}: a record, as settings and manifests have it. Samples and conditions are the data's. */
public interface NetworkConfig extends Serializable {
    /**
     * Throws {@link IllegalArgumentException} where a size says nothing about networks for these samples, which is a mistake in settings;
     * imported networks may have such.
     */
    default void requireUseful(long[] sample) {}

    /**
     * The network.
     *
     * @param sample shape of the data's samples: images or latents [C,H,W], points [D]
     * @param condition what the data has to condition on; the network may take a part of it
     * @param flowMap whether it takes a target time and a guidance weight
     * @throws IllegalArgumentException if there is no such network
     */
    Network network(long[] sample, ConditionShape condition, boolean flowMap);
}
