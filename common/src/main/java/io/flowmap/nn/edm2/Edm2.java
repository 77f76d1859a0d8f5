package io.flowmap.nn.edm2;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.config.Json;
import io.flowmap.data.LatentShape;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.model.Architecture;
import io.flowmap.model.ForeignNetwork;
import io.flowmap.model.NetworkConfig;
import io.flowmap.model.NetworkSpec;
import io.flowmap.nn.ConditionShape;
import java.util.List;
import java.util.Optional;

/** EDM2's UNet. */
public final class Edm2 implements Architecture {
    private static final List<String> OF_THE_DATA = List.of("img-resolution", "img-channels", "label-dim");

    @Override
    public String name() {
        return "edm2";
    }

    @Override
    public Class<? extends NetworkConfig> config() {
        return UNetConfig.class;
    }

    @Override
    public Optional<ForeignNetwork> foreign(ForeignCheckpoint checkpoint) {
        return Edm2Arguments.describes(checkpoint.configuration())
                ? Optional.of(Edm2Snapshot.of(checkpoint))
                : Optional.empty();
    }

    /**
     * Parses manifests of versions that supported only this architecture. They store its sizes together with those of the data under {@code
     * unet}.
     */
    @Override
    public Optional<NetworkSpec> earlier(JsonNode model) {
        if (!(model.path("unet") instanceof ObjectNode unet)) {
            return Optional.empty();
        }
        try {
            var mapper = Json.mapper();
            var sizes = unet.deepCopy().without(OF_THE_DATA);
            return Optional.of(new NetworkSpec(
                    mapper.treeToValue(sizes, UNetConfig.class),
                    model.path("flow-map").asBoolean(),
                    mapper.treeToValue(model.path("noise-label"), NoiseLabel.class),
                    model.path("sigma-data").asDouble(),
                    mapper.treeToValue(model.path("shape"), LatentShape.class),
                    ConditionShape.classes(unet.path("label-dim").asInt())));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("expected a UNet of an earlier version, got " + model, e);
        }
    }
}
