package io.flowmap.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.regex.Pattern;

/** Keeps credentials out of what is printed and written: values whose key speaks of a secret are replaced. */
final class Secrets {
    private static final Pattern KEY = Pattern.compile(
            "secret|password|passwd|credential(?!s\\.provider)|token|access[._-]?key", Pattern.CASE_INSENSITIVE);
    private static final String BLANK = "(secret)";

    private Secrets() {}

    static JsonNode blanked(JsonNode tree) {
        var copy = tree.deepCopy();
        blank(copy);
        return copy;
    }

    private static void blank(JsonNode node) {
        if (node instanceof ObjectNode object) {
            var names = new ArrayList<String>();
            object.fieldNames().forEachRemaining(names::add);
            for (var name : names) {
                if (object.get(name).isValueNode() && KEY.matcher(name).find()) {
                    object.put(name, BLANK);
                }
            }
        }
        node.forEach(Secrets::blank);
    }
}
