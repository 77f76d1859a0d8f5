package io.flowmap.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigObject;
import java.io.File;

/** Reads {@code include "x"} relative to the file that holds it. A missing file is an error, where HOCON would include nothing. */
final class Includes implements ConfigIncluder, ConfigIncluderFile {
    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
        return this;
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String what) {
        var beside = context.relativeTo(what);
        if (beside == null) {
            throw new ConfigException.Generic("cannot include " + what + ": expected the name of a file");
        }
        return beside.parse(context.parseOptions().setAllowMissing(false));
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File what) {
        return ConfigFactory.parseFile(what, context.parseOptions().setAllowMissing(false))
                .root();
    }
}
