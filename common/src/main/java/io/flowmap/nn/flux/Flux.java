package io.flowmap.nn.flux;

import io.flowmap.model.Architecture;
import io.flowmap.model.NetworkConfig;

/** FLUX.1's transformer. */
public final class Flux implements Architecture {
    @Override
    public String name() {
        return "flux";
    }

    @Override
    public Class<? extends NetworkConfig> config() {
        return FluxConfig.class;
    }
}
