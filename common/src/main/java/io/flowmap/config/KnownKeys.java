package io.flowmap.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks a configuration against the reference: every key must exist there and have the same type. Numbers and booleans may be given as
 * text, as environment variables are. Numbers given for text keys keep their spelling. A reference of {@code null} accepts {@code null},
 * text or a list of texts. An empty map in the reference accepts any keys, with text values.
 */
final class KnownKeys {
    private static final String FREE_STANDING = "value";
    private static final int MOST_DIGITS = 19;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final ConfigObject reference;

    KnownKeys(ConfigObject reference) {
        this.reference = reference;
    }

    /** Whether a key accepts text: its reference is text, a list of texts, null or a free key. */
    boolean takesText(List<String> key) {
        ConfigValue known = reference;
        for (var name : key) {
            if (!(known instanceof ConfigObject map)) {
                return false;
            }
            if (map != reference && isFree(map)) {
                return true;
            }
            known = map.get(name);
        }
        if (known instanceof ConfigList list) {
            return !list.isEmpty() && list.get(0).valueType() == ConfigValueType.STRING;
        }
        return known != null
                && (known.valueType() == ConfigValueType.STRING || known.valueType() == ConfigValueType.NULL);
    }

    /** Values of a resolved configuration as JSON with sorted keys. Throws {@link UserError} at the first unknown or mistyped key. */
    ObjectNode check(ConfigObject actual) {
        return object("", reference, actual);
    }

    private ObjectNode object(String path, ConfigObject expected, ConfigObject actual) {
        var checked = new TreeMap<String, JsonNode>();
        for (var entry : actual.entrySet()) {
            var key = join(path, entry.getKey());
            var known = expected.get(entry.getKey());
            if (known == null) {
                throw unknown(key, entry.getValue());
            }
            checked.put(entry.getKey(), value(key, known, entry.getValue()));
        }
        return (ObjectNode) NODES.objectNode().setAll(checked);
    }

    private JsonNode value(String path, ConfigValue expected, ConfigValue actual) {
        return switch (expected.valueType()) {
            case OBJECT -> {
                if (!(actual instanceof ConfigObject map)) {
                    throw mistyped(path, "a map", actual);
                }
                var known = (ConfigObject) expected;
                yield isFree(known) ? flattened(map) : object(path, known, map);
            }
            case LIST -> {
                if (!(actual instanceof ConfigList list)) {
                    throw mistyped(path, "a list", actual);
                }
                yield list(path, (ConfigList) expected, list);
            }
            case NULL -> {
                if (actual instanceof ConfigObject) {
                    throw mistyped(path, "a value, a list or null", actual);
                }
                yield texts(path, actual);
            }
            default -> scalar(path, expected, actual);
        };
    }

    private ArrayNode list(String path, ConfigList expected, ConfigList actual) {
        var array = NODES.arrayNode();
        for (int i = 0; i < actual.size(); i++) {
            var element = actual.get(i);
            array.add(
                    expected.isEmpty() || expected.get(0).valueType() == ConfigValueType.OBJECT
                            ? node(element)
                            : value(path + "[" + i + "]", expected.get(0), element));
        }
        return array;
    }

    private static JsonNode scalar(String path, ConfigValue expected, ConfigValue actual) {
        if (expected.valueType() == ConfigValueType.NUMBER && actual.valueType() == ConfigValueType.NUMBER) {
            return number(path, actual);
        }
        if (actual.valueType() == expected.valueType()) {
            return node(actual);
        }
        boolean text = actual.valueType() == ConfigValueType.STRING;
        switch (expected.valueType()) {
            case NUMBER -> {
                if (text) {
                    return number(path, actual);
                }
                throw mistyped(path, "a number", actual);
            }
            case BOOLEAN -> {
                if (text && List.of("true", "false").contains(actual.unwrapped())) {
                    return NODES.booleanNode(Boolean.parseBoolean((String) actual.unwrapped()));
                }
                throw mistyped(path, "true or false", actual);
            }
            default -> {
                if (actual.valueType() == ConfigValueType.NUMBER) {
                    return NODES.textNode(spelling(actual));
                }
                throw mistyped(path, "text", actual);
            }
        }
    }

    /** Parses a number. Integers of up to 64 bits are exact in any notation; other numbers become doubles. */
    private static JsonNode number(String path, ConfigValue actual) {
        try {
            var value = new BigDecimal(spelling(actual).strip());
            if (value.signum() == 0 || value.precision() - (long) value.scale() <= MOST_DIGITS) {
                var whole = value.stripTrailingZeros();
                if (whole.scale() <= 0 && whole.toBigInteger().bitLength() < Long.SIZE) {
                    return integer(whole.longValueExact());
                }
            }
            if (Double.isInfinite(value.doubleValue())) {
                throw mistyped(path, "a number", actual);
            }
            return NODES.numberNode(value.doubleValue());
        } catch (NumberFormatException e) {
            throw mistyped(path, "a number", actual);
        }
    }

    /** A scalar as written by the user: {@code 007} stays 007. */
    static String spelling(ConfigValue scalar) {
        return scalar.atKey(FREE_STANDING).getString(FREE_STANDING);
    }

    private static JsonNode texts(String path, ConfigValue actual) {
        if (actual instanceof ConfigList list) {
            var array = NODES.arrayNode();
            for (int i = 0; i < list.size(); i++) {
                array.add(texts(path + "[" + i + "]", list.get(i)));
            }
            return array;
        }
        return actual.valueType() == ConfigValueType.NUMBER ? NODES.textNode(spelling(actual)) : node(actual);
    }

    private static JsonNode node(ConfigValue value) {
        return switch (value.valueType()) {
            case OBJECT -> {
                var sorted = new TreeMap<String, JsonNode>();
                ((ConfigObject) value).forEach((key, element) -> sorted.put(key, node(element)));
                yield NODES.objectNode().setAll(sorted);
            }
            case LIST -> {
                var array = NODES.arrayNode();
                ((ConfigList) value).forEach(element -> array.add(node(element)));
                yield array;
            }
            case NUMBER -> number("", value);
            case BOOLEAN -> NODES.booleanNode((Boolean) value.unwrapped());
            case STRING -> NODES.textNode((String) value.unwrapped());
            case NULL -> NODES.nullNode();
        };
    }

    private static JsonNode integer(long value) {
        return (int) value == value ? NODES.numberNode((int) value) : NODES.numberNode(value);
    }

    /** Flattens a map with free keys to one level of dotted keys: {@code conf { spark.a.b = 1 }} becomes {@code {"spark.a.b": 1}}. */
    private static ObjectNode flattened(ConfigObject map) {
        var flat = new TreeMap<String, JsonNode>();
        flatten("", map, flat);
        return (ObjectNode) NODES.objectNode().setAll(flat);
    }

    private static void flatten(String prefix, ConfigObject map, Map<String, JsonNode> flat) {
        map.forEach((key, value) -> {
            var name = prefix.isEmpty() ? key : prefix + "." + key;
            if (value instanceof ConfigObject inner) {
                flatten(name, inner, flat);
            } else {
                flat.put(name, texts(name, value));
            }
        });
    }

    private static boolean isFree(ConfigObject expected) {
        return expected.isEmpty();
    }

    private UserError unknown(String key, ConfigValue value) {
        var last = value;
        var full = key;
        while (last instanceof ConfigObject map && map.size() == 1) {
            var entry = map.entrySet().iterator().next();
            full = join(full, entry.getKey());
            last = entry.getValue();
        }
        return unknown(full, at(value));
    }

    /** The error for a key that is not in the reference. Suggests the nearest known keys. */
    UserError unknown(String key, String place) {
        var near = Spelling.nearestKeys(key, allKeys());
        return new UserError("unknown setting " + key + place + ": "
                + (near.isEmpty()
                        ? "run flowmap settings for the full list"
                        : "did you mean " + String.join(" or ", near) + "?"));
    }

    private List<String> allKeys() {
        var keys = new ArrayList<String>();
        collect("", reference, keys);
        return keys;
    }

    private static void collect(String path, ConfigObject map, List<String> keys) {
        map.keySet().stream().sorted().forEach(key -> {
            var full = join(path, key);
            keys.add(full);
            if (map.get(key) instanceof ConfigObject inner) {
                collect(full, inner, keys);
            }
        });
    }

    private static UserError mistyped(String path, String expected, ConfigValue actual) {
        var got =
                actual.valueType().name().toLowerCase(Locale.ROOT) + " " + actual.render(ConfigRenderOptions.concise());
        return new UserError("cannot read setting " + path + at(actual) + ": expected " + expected + ", got " + got);
    }

    private static String at(ConfigValue value) {
        return " (" + value.origin().description().replaceFirst("^(argument .*): 1$", "$1") + ")";
    }

    private static String join(String path, String key) {
        var quoted = ConfigUtil.joinPath(key);
        return path.isEmpty() ? quoted : path + "." + quoted;
    }
}
