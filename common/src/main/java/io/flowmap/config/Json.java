package io.flowmap.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The JSON dialect of Flowmap: kebab-case keys, records, unknown and missing keys rejected. Jackson's mapper is immutable once built and
 * thread-safe.
 */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();
    private static final ObjectWriter PRETTY = MAPPER.writerWithDefaultPrettyPrinter();

    private static final Pattern MISSING = Pattern.compile("Missing (?:required )?creator property '([^']+)'");

    private Json() {}

    /** The mapper between JSON and records. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /** A value as indented JSON. */
    public static String pretty(Object value) {
        try {
            return PRETTY.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot write " + value.getClass() + " as JSON", e);
        }
    }

    /** One-line description of a JSON error. If the check of a record failed, this is the record's own message. */
    public static String complaint(JsonProcessingException e) {
        if (e.getCause() instanceof IllegalArgumentException own) {
            return firstLine(own.getMessage());
        }
        if (e instanceof InvalidFormatException wrong) {
            return "expected " + words(wrong.getTargetType()) + ", got " + wrong.getValue() + near(wrong);
        }
        if (e instanceof InputCoercionException || e.getCause() instanceof InputCoercionException) {
            var wrong = (InputCoercionException) (e instanceof InputCoercionException ? e : e.getCause());
            return "expected " + words(wrong.getTargetType()) + ", got a number outside its range";
        }
        if (e instanceof UnrecognizedPropertyException unknown) {
            return "unknown key " + unknown.getPropertyName();
        }
        if (e instanceof MismatchedInputException wrong && wrong.getTargetType() != null) {
            var missing = MISSING.matcher(String.valueOf(e.getOriginalMessage()));
            return missing.lookingAt() ? "missing key " + missing.group(1) : "expected " + words(wrong.getTargetType());
        }
        return firstLine(e.getOriginalMessage());
    }

    private static String near(InvalidFormatException wrong) {
        return Spelling.nearest(
                        String.valueOf(wrong.getValue()).toLowerCase(Locale.ROOT), constants(wrong.getTargetType()))
                .map(value -> " (did you mean " + value + "?)")
                .orElse("");
    }

    private static List<String> constants(Class<?> type) {
        return type.isEnum()
                ? Arrays.stream(type.getEnumConstants())
                        .map(value -> MAPPER.valueToTree(value).asText().toLowerCase(Locale.ROOT))
                        .toList()
                : List.of();
    }

    private static String words(Class<?> type) {
        if (type.isEnum()) {
            return "one of " + String.join(", ", constants(type));
        }
        if (type == int.class || type == Integer.class) {
            return "a 32-bit integer";
        }
        if (type == long.class || type == Long.class) {
            return "a 64-bit integer";
        }
        if (type == double.class || type == Double.class || type == float.class || type == Float.class) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return "a list";
        }
        return type == String.class ? "a string" : "a map of keys to values";
    }

    private static String firstLine(String text) {
        return String.valueOf(text).lines().findFirst().orElse("damaged JSON");
    }

    /** A copy of a tree with the keys of all objects in alphabetical order, so that equal trees have equal text. */
    public static JsonNode canonical(JsonNode node) {
        if (node.isObject()) {
            var sorted = new TreeMap<String, JsonNode>();
            node.fields().forEachRemaining(field -> sorted.put(field.getKey(), canonical(field.getValue())));
            return MAPPER.createObjectNode().setAll(sorted);
        }
        if (node.isArray()) {
            var array = MAPPER.createArrayNode();
            node.forEach(element -> array.add(canonical(element)));
            return array;
        }
        return node;
    }
}
