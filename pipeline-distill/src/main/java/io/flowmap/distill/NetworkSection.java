package io.flowmap.distill;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.data.TrainingSplits;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.model.Architecture;
import io.flowmap.model.NetworkConfig;
import io.flowmap.model.NetworkSpec;

/** The section {@code network}: the name of an architecture, and its size settings under that name. */
record NetworkSection(NetworkConfig config, double sigmaData) {
    NetworkSection {
        if (!(sigmaData > 0) || Double.isInfinite(sigmaData)) {
            throw new IllegalArgumentException("expected sigma-data > 0, got " + sigmaData);
        }
    }

    @JsonCreator
    static NetworkSection of(JsonNode section) throws JsonProcessingException {
        var architecture = Architecture.named(section.path("architecture").asText());
        var config = Json.mapper().treeToValue(section.path(architecture.name()), architecture.config());
        return new NetworkSection(config, section.path("sigma-data").asDouble());
    }

    /**
     * Builds the velocity network for the first split's latents. Throws {@link UserError} if the settings describe no valid network, or one
     * that does not take the latents of another split.
     *
     * @param path path of this section, for messages
     */
    NetworkSpec velocity(String path, TrainingSplits splits) {
        var data = splits.first();
        try {
            var spec = new NetworkSpec(config, false, NoiseLabel.TIME, sigmaData, data.shape(), data.condition());
            config.requireUseful(spec.sample());
            spec.requireTakes(splits);
            return spec;
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot accept setting " + path + ": " + e.getMessage(), e);
        }
    }
}
