package io.flowmap.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.regex.Pattern;

/**
 * Keeps credentials out of what is printed and written: values whose key speaks of a secret are replaced, user information of URIs
 * inside values is left out.
 */
public final class Secrets {
    /** Providers of credentials are named by classes, and a caption's tokenizer and tokens are no secret. */
    private static final Pattern KEY = Pattern.compile(
            "secret|password|passwd|credential(?!s\\.provider)|(?<!max-)token(?!izer)|access[._-]?key",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern USER_INFO = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://)[^/?#\\s]*@");
    private static final String BLANK = "(secret)";

    private Secrets() {}

    /** The text with every {@code scheme://user:password@host} in it as {@code scheme://host}. */
    public static String withoutUserInfo(String text) {
        return USER_INFO.matcher(text).replaceAll("$1");
    }

    static JsonNode blanked(JsonNode tree) {
        if (tree instanceof ObjectNode object) {
            var copy = object.objectNode();
            object.fields()
                    .forEachRemaining(field -> copy.set(field.getKey(), blanked(field.getKey(), field.getValue())));
            return copy;
        }
        if (tree instanceof ArrayNode array) {
            var copy = array.arrayNode();
            array.forEach(element -> copy.add(blanked(element)));
            return copy;
        }
        return tree.isTextual() ? TextNode.valueOf(withoutUserInfo(tree.textValue())) : tree;
    }

    private static JsonNode blanked(String key, JsonNode value) {
        return value.isValueNode() && KEY.matcher(key).find() ? TextNode.valueOf(BLANK) : blanked(value);
    }
}
