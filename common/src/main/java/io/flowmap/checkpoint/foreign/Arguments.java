package io.flowmap.checkpoint.foreign;

import io.flowmap.checkpoint.pickle.Blob;
import io.flowmap.checkpoint.pickle.Tuple;
import io.flowmap.checkpoint.pickle.Unpickler;
import java.util.List;

/**
 * Typed access to the arguments of a pickled call, by position. Throws {@link IllegalArgumentException} if an argument is missing or has
 * another type.
 */
final class Arguments {
    private Arguments() {}

    static Object at(List<Object> arguments, int index) {
        if (index >= arguments.size()) {
            throw new IllegalArgumentException("expected more than " + index + " arguments, got " + arguments.size());
        }
        return arguments.get(index);
    }

    static <T> T typed(Class<T> type, Object value) {
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("expected a " + type.getSimpleName() + ", got " + Unpickler.kind(value));
        }
        return type.cast(value);
    }

    static String text(List<Object> arguments, int index) {
        return typed(String.class, at(arguments, index));
    }

    static long integer(List<Object> arguments, int index) {
        return typed(Long.class, at(arguments, index));
    }

    static Blob blob(List<Object> arguments, int index) {
        return typed(Blob.class, at(arguments, index));
    }

    /** A tuple of integers. */
    static long[] longs(List<Object> arguments, int index) {
        var items = typed(Tuple.class, at(arguments, index)).items();
        return items.stream().mapToLong(item -> typed(Long.class, item)).toArray();
    }
}
