package io.flowmap.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The resolved configuration: {@code reference.conf} of all modules on the class path, overridden by a HOCON file, overridden by {@code
 * key=value} arguments. Every key is checked against the reference on loading; a {@link UserError} names the key, its location and the
 * nearest known key.
 */
public final class Settings {
    private final Config user;
    private final ObjectNode values;
    private final ObjectNode shown;

    private Settings(Config user, ObjectNode values) {
        this.user = user;
        this.values = values;
        this.shown = Secrets.without(values);
    }

    /**
     * Loads and checks the configuration.
     *
     * @param file HOCON file of the user; it may {@code include} others
     * @param overrides {@code key=value}, later ones win. The value of a key of text type is taken literally unless it is a quoted string,
     *     a list, a substitution or null; all other values are HOCON.
     * @throws UserError for an unreadable file, an unknown or mistyped key, or a credential among the overrides, since all users of a
     *     machine can read command lines
     */
    public static Settings load(Optional<Path> file, List<String> overrides) {
        return of(file.map(Settings::parse).orElseGet(ConfigFactory::empty), overrides);
    }

    /**
     * These settings with additional {@code key=value} overrides, in the form of {@link #load}. Substitutions are resolved after the
     * overrides.
     */
    public Settings with(List<String> overrides) {
        return of(user, overrides);
    }

    private static Settings of(Config given, List<String> overrides) {
        var reference = Reference.parse();
        var user = given;
        var known = new KnownKeys(reference.resolve().root());
        for (var override : overrides) {
            user = Argument.parse(override, known).withFallback(user);
        }
        try {
            return new Settings(
                    user,
                    chosen(known.check(user.withFallback(reference).resolve().root())));
        } catch (ConfigException e) {
            throw new UserError("cannot resolve the configuration: " + e.getMessage(), e);
        }
    }

    /** Removes the settings of architectures that are not selected: maps next to a key {@code architecture} under other names. */
    private static ObjectNode chosen(ObjectNode tree) {
        var choice = tree.path("architecture");
        var left = new ArrayList<String>();
        tree.fields().forEachRemaining(field -> {
            if (field.getValue() instanceof ObjectNode map) {
                chosen(map);
                if (choice.isTextual() && !field.getKey().equals(choice.asText())) {
                    left.add(field.getKey());
                }
            }
        });
        return (ObjectNode) tree.without(left);
    }

    /**
     * Converts a section to a record; kebab-case keys become components. If the record's compact constructor throws an {@link
     * IllegalArgumentException}, it is reported as a {@link UserError} with the path of the section.
     */
    public <T extends Record> T section(String path, Class<T> type) {
        try {
            return Json.mapper().treeToValue(node(values, path), type);
        } catch (UnrecognizedPropertyException e) {
            throw new UserError("cannot read setting " + at(path, e) + ": expected one of " + e.getKnownPropertyIds()
                    + ", got an unknown key");
        } catch (JsonMappingException e) {
            var cause = e.getCause();
            if (cause instanceof IllegalArgumentException || cause instanceof UserError) {
                throw new UserError("cannot accept setting " + at(path, e) + ": " + cause.getMessage(), cause);
            }
            throw new UserError("cannot read setting " + at(path, e) + ": " + Json.complaint(e), e);
        } catch (JsonProcessingException e) {
            throw new UserError("cannot read setting " + path + ": " + Json.complaint(e), e);
        }
    }

    /** All settings as a tree with sorted keys. Secrets are blanked. */
    public JsonNode tree() {
        return shown;
    }

    /** All settings as JSON with sorted keys. Secrets are blanked. */
    public String json() {
        return Json.pretty(shown);
    }

    /** The settings below a path, for example {@code distill.schedule}, as JSON with sorted keys. Secrets are blanked. */
    public String json(String path) {
        return Json.pretty(tree(path));
    }

    /** The settings below a path as a tree with sorted keys. Secrets are blanked. */
    public JsonNode tree(String path) {
        return node(shown, path);
    }

    /** Every value as HOCON by its dotted key, sorted. Secrets are blanked. */
    public SortedMap<String, String> values() {
        var values = new TreeMap<String, String>();
        addValues(values, "", shown);
        return values;
    }

    private static void addValues(Map<String, String> values, String parent, JsonNode tree) {
        tree.fields().forEachRemaining(field -> {
            var path = parent + (parent.isEmpty() ? "" : ".") + ConfigUtil.joinPath(field.getKey());
            if (field.getValue().isObject()) {
                addValues(values, path, field.getValue());
            } else {
                values.put(path, field.getValue().toString());
            }
        });
    }

    private static JsonNode node(JsonNode tree, String path) {
        var node = tree;
        for (var key : path.split("\\.")) {
            node = node.get(key);
            if (node == null) {
                throw new IllegalArgumentException("no setting " + path + " in reference.conf");
            }
        }
        return node;
    }

    /** By its absolute path: HOCON looks for the includes of a file without a folder on the class path. */
    private static Config parse(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new UserError("cannot read configuration " + file + ": expected a readable file, got "
                    + (Files.exists(file) ? "something else at " : "nothing at ") + file.toAbsolutePath());
        }
        try {
            return ConfigFactory.parseFile(
                    file.toAbsolutePath().toFile(),
                    ConfigParseOptions.defaults().setAllowMissing(false).setIncluder(new Includes()));
        } catch (ConfigException e) {
            throw new UserError("cannot read configuration " + file + ": " + firstLine(e.getMessage()), e);
        }
    }

    private static String at(String path, JsonMappingException e) {
        return path
                + e.getPath().stream()
                        .map(step -> step.getFieldName() == null
                                ? "[" + step.getIndex() + "]"
                                : "." + step.getFieldName().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining());
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }
}
