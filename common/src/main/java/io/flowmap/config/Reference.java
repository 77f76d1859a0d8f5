package io.flowmap.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** All settings with their defaults and comments, read from the {@code reference.conf} of all modules. */
public final class Reference {
    private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\{([^}]+)\\}");
    /** Words that HOCON always reads as text without quotes. */
    private static final Pattern WORD = Pattern.compile("(?!true$|false$|null$)[a-z][a-z0-9-]*");

    private final Config resolved;
    private final ConfigObject written;
    private final KnownKeys known;
    private final Places places = new Places();

    private Reference(Config written) {
        this.written = written.root();
        this.resolved = written.resolve();
        this.known = new KnownKeys(resolved.root());
    }

    /** Reads the reference of the modules on the class path. */
    public static Reference read() {
        return new Reference(parse());
    }

    static Config parse() {
        return ConfigFactory.parseResources(Reference.class.getClassLoader(), "reference.conf");
    }

    /** The top-level sections, by name. */
    public List<Setting> sections() {
        return children("", written, resolved.root()).stream()
                .sorted(Comparator.comparing(Setting::path))
                .toList();
    }

    /** The setting of a dotted key with all settings below it. Throws {@link UserError} with the nearest known key if there is none. */
    public Setting find(String path) {
        return optional(path).orElseThrow(() -> known.unknown(path, ""));
    }

    private Optional<Setting> optional(String path) {
        List<String> names;
        try {
            names = ConfigUtil.splitPath(path);
        } catch (ConfigException e) {
            throw new UserError("cannot read the key " + path + ": expected names with dots between them", e);
        }
        var below = sections();
        Optional<Setting> found = Optional.empty();
        for (int i = 0; i < names.size(); i++) {
            var name = names.get(i);
            var parent = found;
            found = below.stream()
                    .filter(child -> child.key().equals(ConfigUtil.joinPath(name)))
                    .findFirst();
            if (found.isEmpty() && parent.isPresent() && parent.get().isCopy()) {
                var rest = ConfigUtil.joinPath(names.subList(i, names.size()));
                return optional(parent.get().original() + "." + rest).map(original -> moved(original, path));
            }
            if (found.isEmpty()) {
                return found;
            }
            below = found.get().children();
        }
        return found;
    }

    private static Setting moved(Setting setting, String path) {
        return new Setting(path, setting.key(), setting.comment(), setting.value(), setting.children());
    }

    private List<Setting> children(String path, ConfigObject written, ConfigObject values) {
        return values.keySet().stream()
                .map(key -> Map.entry(key, setting(path, key, written.get(key), values.get(key))))
                .sorted(Comparator.comparingLong(entry -> places.of(entry.getKey(), written.get(entry.getKey()))))
                .map(Map.Entry::getValue)
                .toList();
    }

    private Setting setting(String parent, String name, ConfigValue written, ConfigValue value) {
        var key = ConfigUtil.joinPath(name);
        var path = parent.isEmpty() ? key : parent + "." + key;
        var comment = written.origin().comments();
        var copied = copied(written);
        if (copied.isPresent()) {
            var original = resolved.getValue(copied.get());
            return new Setting(path, key, comment, "${" + copied.get() + "}", differing(path, original, value));
        }
        if (value instanceof ConfigObject map) {
            return new Setting(path, key, comment, "", children(path, (ConfigObject) written, map));
        }
        return new Setting(path, key, comment, text(value), List.of());
    }

    /** Path of a substitution, which may have a map merged over it. */
    private static Optional<String> copied(ConfigValue written) {
        try {
            if (written instanceof ConfigObject map) {
                map.isEmpty();
                return Optional.empty();
            }
            written.unwrapped();
            return Optional.empty();
        } catch (ConfigException.NotResolved e) {
            var substitution = SUBSTITUTION.matcher(written.render(ConfigRenderOptions.concise()));
            return substitution.find() ? Optional.of(substitution.group(1)) : Optional.empty();
        }
    }

    /** The settings in which a copy differs from its original. */
    private List<Setting> differing(String path, ConfigValue original, ConfigValue value) {
        var differing = new ArrayList<Setting>();
        if (original instanceof ConfigObject originals && value instanceof ConfigObject map) {
            map.keySet().stream()
                    .sorted(Comparator.comparingLong(key -> places.of(key, map.get(key))))
                    .forEach(name -> {
                        var key = ConfigUtil.joinPath(name);
                        var child = path + "." + key;
                        var mine = map.get(name);
                        if (mine instanceof ConfigObject) {
                            var below = differing(child, originals.get(name), mine);
                            if (!below.isEmpty()) {
                                differing.add(new Setting(child, key, List.of(), "", below));
                            }
                        } else if (!mine.equals(originals.get(name))) {
                            differing.add(new Setting(child, key, mine.origin().comments(), text(mine), List.of()));
                        }
                    });
        }
        return differing;
    }

    private static String text(ConfigValue value) {
        if (value instanceof ConfigList list) {
            return list.stream().map(Reference::text).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value.valueType() == ConfigValueType.NUMBER) {
            return KnownKeys.spelling(value);
        }
        return value.valueType() == ConfigValueType.STRING
                        && WORD.matcher((String) value.unwrapped()).matches()
                ? (String) value.unwrapped()
                : value.render(ConfigRenderOptions.concise());
    }

    /** Positions of keys in their files, ordered by line and column. */
    private static final class Places {
        private static final long LINE = 1 << 16;

        private final Map<String, List<String>> files = new HashMap<>();

        long of(String key, ConfigValue value) {
            int line = value.origin().lineNumber();
            var lines = value.origin().url() == null
                    ? List.<String>of()
                    : files.computeIfAbsent(
                            value.origin().url().toString(),
                            url -> lines(value.origin().url()));
            return line * LINE + (line < 1 || line > lines.size() ? 0 : column(lines.get(line - 1), key));
        }

        private static int column(String line, String key) {
            var word = Pattern.compile("(?<![\\w-])" + Pattern.quote(key) + "(?![\\w-])")
                    .matcher(line);
            return word.find() ? word.start() : 0;
        }

        private static List<String> lines(URL url) {
            try (var in = url.openStream()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + url, e);
            }
        }
    }
}
