package io.flowmap.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.config.UserError;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * A family of networks. Implementations are found by {@link ServiceLoader} ({@code META-INF/services/io.flowmap.model.Architecture}), so a
 * new one changes no other file. Settings and manifests store its name.
 */
public interface Architecture {
    /** Name in lower case. It is the value of {@code network.architecture} and the key of the network's sizes next to it. */
    String name();

    /** Record type of the network's sizes. */
    Class<? extends NetworkConfig> config();

    /**
     * The network of this architecture in a foreign checkpoint; empty if the file holds another kind of network. Throws {@link UserError}
     * with the array or argument if it cannot be imported.
     */
    default Optional<ForeignNetwork> foreign(ForeignCheckpoint checkpoint) {
        return Optional.empty();
    }

    /**
     * The network of this architecture whose weights stay as they are; empty if the arrays are another network's. Throws {@link UserError}
     * with all arrays that are missing, unknown or misshapen, or with the key of the configuration that is not understood.
     *
     * @param config the config.json beside the weights; a missing node if there is none
     */
    default Optional<BaseNetwork> base(ForeignCheckpoint weights, JsonNode config, BaseNetwork.Use use) {
        return Optional.empty();
    }

    /** Parses a manifest of an earlier version that did not name the architecture; empty if it describes another architecture. */
    default Optional<NetworkSpec> earlier(JsonNode model) {
        return Optional.empty();
    }

    /** All registered architectures. */
    static List<Architecture> all() {
        return ServiceLoader.load(Architecture.class, Architecture.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /** The architecture with this name. Throws {@link IllegalArgumentException} if there is none. */
    static Architecture named(String name) {
        return all().stream()
                .filter(architecture -> architecture.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected architecture to be one of "
                        + all().stream().map(Architecture::name).sorted().toList() + ", got " + name));
    }

    /** The architecture that a record of sizes belongs to. */
    static Architecture of(NetworkConfig config) {
        return all().stream()
                .filter(architecture -> architecture.config() == config.getClass())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected a registered architecture, got none for "
                        + config.getClass().getName()));
    }
}
