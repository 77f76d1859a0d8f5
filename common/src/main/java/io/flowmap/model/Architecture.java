package io.flowmap.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.config.UserError;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * A family of networks. {@link ServiceLoader} finds it ({@code META-INF/services/io.flowmap.model.Architecture}), so that a new one
 * changes no other file; settings and manifests hold its name.
 */
public interface Architecture {
    /** Its name, lower case: the value of {@code network.architecture}, and the key of its sizes beside that. */
    String name();

    /** The record of its sizes. */
    Class<? extends NetworkConfig> config();

    /**
     * A network of its kind in a foreign checkpoint; empty if the file's network is another one. Throws {@link UserError} naming the array
     * or argument if it can not be imported.
     */
    default Optional<ForeignNetwork> foreign(ForeignCheckpoint checkpoint) {
        return Optional.empty();
    }

    /** A network as a manifest of an earlier version describes it, where that named no architecture; empty if it is another one's. */
    default Optional<NetworkSpec> earlier(JsonNode model) {
        return Optional.empty();
    }

    /** All that are registered. */
    static List<Architecture> all() {
        return ServiceLoader.load(Architecture.class, Architecture.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /** The one of that name. Throws {@link IllegalArgumentException} if there is none. */
    static Architecture named(String name) {
        return all().stream()
                .filter(architecture -> architecture.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected architecture to be one of "
                        + all().stream().map(Architecture::name).sorted().toList() + ", got " + name));
    }

    /** The one whose sizes a record holds. */
    static Architecture of(NetworkConfig config) {
        return all().stream()
                .filter(architecture -> architecture.config() == config.getClass())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected a registered architecture, got none for "
                        + config.getClass().getName()));
    }
}
