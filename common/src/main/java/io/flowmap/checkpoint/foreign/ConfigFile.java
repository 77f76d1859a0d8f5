package io.flowmap.checkpoint.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The {@code config.json} of a network of diffusers or transformers. A value that is missing, out of range or unsupported is a {@link
 * UserError} that names file and key.
 *
 * @param name of the file, for messages
 */
public record ConfigFile(String name, JsonNode values) {
    /** Name of the file in a network's folder. */
    public static final String NAME = "config.json";

    /** Reads a file. */
    public static ConfigFile read(Configuration hadoop, Path file) {
        return new ConfigFile(file.toString(), ForeignJson.read(Store.of(hadoop, file), file));
    }

    /** An integer from 1. */
    public int count(String key) {
        return count(key, values.path(key));
    }

    /** A list of integers from 1, not empty. */
    public int[] counts(String key) {
        var list = values.path(key);
        if (!list.isArray() || list.isEmpty()) {
            throw mistake(key, "a list of integers", list);
        }
        var counts = new int[list.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = count(key, list.get(i));
        }
        return counts;
    }

    /** An integer. */
    public int integer(String key) {
        var value = values.path(key);
        if (!value.canConvertToInt() || !value.isIntegralNumber()) {
            throw mistake(key, "an integer", value);
        }
        return value.asInt();
    }

    /** A number above 0. */
    public double positive(String key) {
        var value = values.path(key);
        if (!value.isNumber() || !(value.asDouble() > 0) || Double.isInfinite(value.asDouble())) {
            throw mistake(key, "a number above 0", value);
        }
        return value.asDouble();
    }

    /** A number. */
    public double number(String key) {
        var value = values.path(key);
        if (!value.isNumber() || !Double.isFinite(value.asDouble())) {
            throw mistake(key, "a number", value);
        }
        return value.asDouble();
    }

    /** A text. */
    public String text(String key) {
        var value = values.path(key);
        if (!value.isTextual()) {
            throw mistake(key, "a text", value);
        }
        return value.asText();
    }

    /** Throws {@link UserError} unless the key has this value. A missing key counts as {@code fallback}. */
    public void require(String key, Object expected, Object fallback) {
        var value = values.has(key) ? values.get(key) : Json.mapper().valueToTree(fallback);
        var wanted = Json.mapper().valueToTree(expected);
        if (!value.equals(wanted)) {
            throw mistake(key, wanted + ", the only supported value", value);
        }
    }

    private int count(String key, JsonNode value) {
        if (!value.canConvertToInt() || !value.isIntegralNumber() || value.asInt() < 1) {
            throw mistake(key, "an integer from 1", value);
        }
        return value.asInt();
    }

    /** The error for a value that is not as expected. */
    public UserError mistake(String key, String expected, JsonNode value) {
        return new UserError("cannot read " + name + ": expected " + expected + " as " + key + ", got "
                + (value.isMissingNode() ? "none" : value));
    }
}
