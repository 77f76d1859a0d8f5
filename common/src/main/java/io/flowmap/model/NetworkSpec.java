package io.flowmap.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentData;
import io.flowmap.data.LatentShape;
import io.flowmap.data.TrainingSplits;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.nn.AdaptedNetwork;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Lora;
import io.flowmap.nn.Network;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that turns a network's arrays into a field, as stored in a stage's manifest.
 *
 * @param config size of the network
 * @param flowMap whether it takes a target time and a guidance weight
 * @param noiseLabel its noise label c_noise(t)
 * @param sigmaData standard deviation of the data, for the preconditioning
 * @param shape shape of the latents; of several that it is trained on, the one that names its arrays and that samples have
 * @param condition conditions of the network
 * @param lora its low-rank adapters
 */
public record NetworkSpec(
        NetworkConfig config,
        boolean flowMap,
        NoiseLabel noiseLabel,
        double sigmaData,
        LatentShape shape,
        ConditionShape condition,
        Lora lora)
        implements FieldSpec {
    private static final String ARCHITECTURE = "architecture";
    private static final String LORA = "lora";

    public NetworkSpec {
        condition = config.network(shape.dimensions(), condition, flowMap).condition();
    }

    /** A network without adapters. */
    public NetworkSpec(
            NetworkConfig config,
            boolean flowMap,
            NoiseLabel noiseLabel,
            double sigmaData,
            LatentShape shape,
            ConditionShape condition) {
        this(config, flowMap, noiseLabel, sigmaData, shape, condition, Lora.NONE);
    }

    public Network network() {
        var network = config.network(shape.dimensions(), condition, flowMap);
        return lora.exists() ? new AdaptedNetwork(network, lora) : network;
    }

    @Override
    public NetworkField field() {
        return new NetworkField(network(), noiseLabel, sigmaData);
    }

    @Override
    public long[] sample() {
        return shape.dimensions();
    }

    /** The flow map that starts from this velocity field. */
    public NetworkSpec asFlowMap() {
        return new NetworkSpec(config, true, noiseLabel, sigmaData, shape, condition, lora);
    }

    /** The same network with another noise label. */
    public NetworkSpec with(NoiseLabel label) {
        return new NetworkSpec(config, flowMap, label, sigmaData, shape, condition, lora);
    }

    /** The same network with these adapters beside its weights, instead of its own. */
    public NetworkSpec with(Lora adapters) {
        return new NetworkSpec(config, flowMap, noiseLabel, sigmaData, shape, condition, adapters);
    }

    @Override
    public long[] sample(LatentShape of) {
        return of.dimensions();
    }

    /**
     * Throws {@link UserError} with the split's name unless the network takes the samples of every split, with the same parameters as for
     * its own {@link #shape}.
     */
    public void requireTakes(TrainingSplits data) {
        var network = network();
        for (var split : data.all()) {
            var other = split.shape();
            try {
                network.requireTakes(other.height(), other.width(), other.channels());
            } catch (IllegalArgumentException e) {
                throw new UserError("cannot train on split " + split.split() + ": " + e.getMessage(), e);
            }
        }
    }

    /** Throws {@link IllegalArgumentException} unless the network takes the samples of the data, of any size, and its conditions. */
    void requireTakes(LatentData data) {
        var other = data.shape();
        network().requireTakes(other.height(), other.width(), other.channels());
        if (!hasConditions(data)) {
            throw new IllegalArgumentException("expected " + condition + ", got " + data.condition());
        }
    }

    private boolean hasConditions(LatentData data) {
        return data.condition()
                .arrays()
                .entrySet()
                .containsAll(condition.arrays().entrySet());
    }

    /** Whether the network fits the samples and conditions of the data. It may leave conditions unused. */
    public boolean fits(LatentData data) {
        return shape.equals(data.shape()) && hasConditions(data);
    }

    @JsonValue
    Map<String, Object> json() {
        var json = new TreeMap<String, Object>();
        json.put(ARCHITECTURE, Architecture.of(config).name());
        json.put("network", config);
        json.put("flow-map", flowMap);
        json.put("noise-label", noiseLabel);
        json.put("sigma-data", sigmaData);
        json.put("shape", shape);
        json.put("condition", condition);
        if (lora.exists()) {
            json.put(LORA, lora);
        }
        return json;
    }

    /** Parses a specification from a manifest of this version, or of an earlier version that supported only EDM2's architecture. */
    @JsonCreator
    static NetworkSpec of(JsonNode json) throws JsonProcessingException {
        if (!json.has(ARCHITECTURE)) {
            return Architecture.all().stream()
                    .flatMap(architecture -> architecture.earlier(json).stream())
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "expected a network with its architecture, or one of an earlier version, got " + json));
        }
        var mapper = Json.mapper();
        return new NetworkSpec(
                mapper.treeToValue(
                        json.path("network"),
                        Architecture.named(json.path(ARCHITECTURE).asText()).config()),
                json.path("flow-map").asBoolean(),
                mapper.treeToValue(json.path("noise-label"), NoiseLabel.class),
                json.path("sigma-data").asDouble(),
                mapper.treeToValue(json.path("shape"), LatentShape.class),
                mapper.treeToValue(json.path("condition"), ConditionShape.class),
                json.has(LORA) ? mapper.treeToValue(json.get(LORA), Lora.class) : Lora.NONE);
    }
}
