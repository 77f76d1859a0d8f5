package io.flowmap.app.mixer;

import io.flowmap.model.Architecture;
import io.flowmap.model.NetworkConfig;

/** The architecture {@code mixer}, which exists only in tests. */
public final class MixerArchitecture implements Architecture {
    @Override
    public String name() {
        return "mixer";
    }

    @Override
    public Class<? extends NetworkConfig> config() {
        return MixerConfig.class;
    }
}
