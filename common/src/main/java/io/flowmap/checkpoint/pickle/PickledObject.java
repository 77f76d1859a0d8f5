package io.flowmap.checkpoint.pickle;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An object whose class is known by name only, reduced to its attributes.
 *
 * @param type name of the class
 * @param attributes by name, in the pickle's order
 */
public record PickledObject(String type, Map<Object, Object> attributes) implements Buildable {
    /** An object without attributes so far. */
    public PickledObject(String type) {
        this(type, new LinkedHashMap<>());
    }

    @Override
    public void build(Object state) {
        if (!(state instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("expected attributes of " + type + ", got " + Unpickler.kind(state));
        }
        attributes.putAll(map);
    }
}
