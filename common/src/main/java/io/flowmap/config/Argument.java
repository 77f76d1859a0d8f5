package io.flowmap.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueFactory;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A {@code key=value} argument. HOCON would treat {@code //} and {@code #} in a path as comments, so the value of a key of text type is
 * taken literally, without surrounding blanks.
 */
final class Argument {
    /** Matches a quoted string, a list, one substitution or null. */
    private static final Pattern HOCON = Pattern.compile("\".*\"|\\[.*\\]|\\$\\{[^{}]+\\}|null", Pattern.DOTALL);

    private static final String SPARK_CONF = "spark.conf.";

    private Argument() {}

    /** Parses an argument. Throws {@link UserError} if it is not key=value or holds a credential. */
    static Config parse(String text, KnownKeys known) {
        var config = config(text, known);
        if (Secrets.inside(text.substring(text.indexOf("=") + 1)) || holdsSecret(config.root(), "")) {
            throw new UserError(
                    "cannot take " + text.replaceFirst("(?s)=.*", "") + " as an argument: every process on this machine"
                            + " can read it; put credentials into a file (--config) or use a credential provider of Hadoop"
                            + " (environment, role, hadoop.security.credential.provider.path)");
        }
        return config;
    }

    private static Config config(String text, KnownKeys known) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw new UserError("cannot read argument " + text + ": expected key=value, got no key");
        }
        var key = text.substring(0, equals);
        var value = text.substring(equals + 1).strip();
        var options = ConfigParseOptions.defaults().setOriginDescription("argument " + text);
        boolean takesText = path(key).map(known::takesText).orElse(false);
        boolean comment = value.contains("#") || value.contains("//");
        if (takesText ? !HOCON.matcher(value).matches() : comment && value.matches("[^\"{\\[].*")) {
            return literal(key, value, options);
        }
        try {
            return ConfigFactory.parseString(text, options);
        } catch (ConfigException e) {
            return literal(key, value, options);
        }
    }

    private static Config literal(String key, String value, ConfigParseOptions options) {
        try {
            return ConfigValueFactory.fromAnyRef(value, options.getOriginDescription())
                    .atPath(key.strip());
        } catch (ConfigException e) {
            throw new UserError(
                    "cannot read argument " + key + "=" + value + ": "
                            + e.getMessage().lines().findFirst().orElse(""),
                    e);
        }
    }

    /** Whether a key below {@code spark.conf} names a credential, in any spelling of the path. */
    private static boolean holdsSecret(ConfigObject map, String path) {
        return map.entrySet().stream().anyMatch(entry -> {
            var key = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
            return entry.getValue() instanceof ConfigObject inner
                    ? holdsSecret(inner, key)
                    : key.startsWith(SPARK_CONF) && Secrets.isSecret(key.substring(SPARK_CONF.length()), "");
        });
    }

    private static Optional<List<String>> path(String key) {
        try {
            return Optional.of(ConfigUtil.splitPath(key.strip()));
        } catch (ConfigException e) {
            return Optional.empty();
        }
    }
}
