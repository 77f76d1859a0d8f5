package io.flowmap.nn.flux;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.checkpoint.flux.FluxWeights;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.model.Architecture;
import io.flowmap.model.BaseNetwork;
import io.flowmap.model.NetworkConfig;
import java.util.Optional;

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

    @Override
    public Optional<BaseNetwork> base(ForeignCheckpoint weights, JsonNode config, BaseNetwork.Use use) {
        return FluxWeights.in(weights).map(found -> new FluxBase(found, config, use).network());
    }
}
