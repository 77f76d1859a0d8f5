package io.flowmap.checkpoint.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.flowmap.checkpoint.pickle.Global;
import io.flowmap.checkpoint.pickle.PickledObject;
import io.flowmap.checkpoint.pickle.Tuple;
import io.flowmap.checkpoint.pickle.Unpickler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Walks the value of a pickle. Arrays get the names of a state dict ("ema.unet.out_gain"); plain values become JSON. Values may contain
 * themselves or each other many times, so depth and number of steps are bounded.
 */
final class ArrayTree {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_STEPS = 1_000_000;
    private static final int MAX_ARRAYS = 100_000;
    private static final int MAX_NAME = 1024;
    private static final String PARAMETERS = "_parameters";
    private static final String BUFFERS = "_buffers";
    private static final String MODULES = "_modules";
    private static final String PASSING = "_non_persistent_buffers_set";
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Map<String, ArrayView> arrays = new LinkedHashMap<>();
    private int steps;

    /** The arrays found so far, in the order of a state dict. */
    Map<String, ArrayView> arrays() {
        return arrays;
    }

    /** Collects the arrays below a value and returns its plain values; null if there are none. */
    JsonNode visit(String name, Object value, int depth) {
        if (++steps > MAX_STEPS || depth > MAX_DEPTH || name.length() > MAX_NAME) {
            throw new IllegalArgumentException("expected at most " + MAX_STEPS + " values, " + MAX_DEPTH
                    + " levels and " + MAX_NAME + " characters in a name, got more at " + Unpickler.printable(name));
        }
        if (value instanceof ArrayView view) {
            return note(name, view);
        } else if (value instanceof NumpyGlobals.Array array) {
            return note(name, array.view());
        } else if (value instanceof PickledObject object) {
            return object(name, object, depth);
        } else if (value instanceof Map<?, ?> map) {
            return entries(name, map, depth);
        } else if (value instanceof Tuple tuple) {
            return items(name, tuple.items(), depth);
        } else if (value instanceof List<?> list) {
            return items(name, list, depth);
        } else if (value instanceof Set<?> set) {
            return items(name, List.copyOf(set), depth);
        }
        return plain(value);
    }

    private JsonNode note(String name, ArrayView view) {
        try {
            view.requireWithinStorage();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("array " + Unpickler.printable(name) + ": " + e.getMessage(), e);
        }
        if (arrays.putIfAbsent(name, view) != null || arrays.size() > MAX_ARRAYS) {
            throw new IllegalArgumentException("expected unique names of at most " + MAX_ARRAYS + " arrays, got "
                    + Unpickler.printable(name) + " again or more");
        }
        return null;
    }

    /** Collects a module's arrays under the names of its state dict. Hooks and other internals of the module are skipped. */
    private JsonNode object(String name, PickledObject object, int depth) {
        var attributes = object.attributes();
        var node = JSON.objectNode().put("class", object.type());
        boolean module = attributes.get(PARAMETERS) instanceof Map<?, ?>;
        if (module) {
            entries(name, (Map<?, ?>) attributes.get(PARAMETERS), depth);
            buffers(name, attributes, depth);
            if (attributes.get(MODULES) instanceof Map<?, ?> modules) {
                node.set("modules", entries(name, modules, depth));
            }
        }
        for (var attribute : attributes.entrySet()) {
            var key = String.valueOf(attribute.getKey());
            if (!module || !key.startsWith("_") || key.startsWith("_init_")) {
                var plain = module
                        ? attribute(attribute.getValue(), depth)
                        : visit(join(name, key), attribute.getValue(), depth + 1);
                if (plain != null) {
                    node.set(key, plain);
                }
            }
        }
        return node;
    }

    /** Visits an attribute of a module. Arrays that are plain attributes are not part of the state dict and are skipped. */
    private JsonNode attribute(Object value, int depth) {
        var inner = new ArrayTree();
        inner.steps = steps;
        var plain = inner.visit("", value, depth + 1);
        steps = inner.steps;
        return plain;
    }

    private void buffers(String name, Map<Object, Object> attributes, int depth) {
        if (attributes.get(BUFFERS) instanceof Map<?, ?> buffers) {
            var kept = new LinkedHashMap<Object, Object>(buffers);
            if (attributes.get(PASSING) instanceof Set<?> passing) {
                kept.keySet().removeAll(passing);
            }
            entries(name, kept, depth);
        }
    }

    private JsonNode entries(String name, Map<?, ?> map, int depth) {
        var node = JSON.objectNode();
        for (var entry : map.entrySet()) {
            var key = String.valueOf(entry.getKey());
            var plain = visit(join(name, key), entry.getValue(), depth + 1);
            if (plain != null) {
                node.set(key, plain);
            }
        }
        return node;
    }

    private JsonNode items(String name, List<?> items, int depth) {
        var node = JSON.arrayNode();
        for (int i = 0; i < items.size(); i++) {
            var plain = visit(join(name, Integer.toString(i)), items.get(i), depth + 1);
            if (plain != null) {
                node.add(plain);
            }
        }
        return node;
    }

    private static String join(String name, String key) {
        return name.isEmpty() ? key : name + "." + key;
    }

    /** A plain value as JSON. Long texts and bytes are skipped. */
    private static JsonNode plain(Object value) {
        if (value == null) {
            return JSON.nullNode();
        } else if (value instanceof Boolean flag) {
            return JSON.booleanNode(flag);
        } else if (value instanceof Long number) {
            return number == number.intValue()
                    ? JSON.numberNode(number.intValue())
                    : JSON.numberNode(number.longValue());
        } else if (value instanceof Double number) {
            return JSON.numberNode(number);
        } else if (value instanceof String text) {
            return JSON.textNode(text);
        }
        return value instanceof Global.Reference reference ? JSON.textNode(reference.name()) : null;
    }
}
