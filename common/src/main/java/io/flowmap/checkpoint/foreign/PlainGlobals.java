package io.flowmap.checkpoint.foreign;

import static io.flowmap.checkpoint.foreign.Arguments.at;
import static io.flowmap.checkpoint.foreign.Arguments.text;
import static io.flowmap.checkpoint.foreign.Arguments.typed;

import io.flowmap.checkpoint.pickle.Blob;
import io.flowmap.checkpoint.pickle.Global;
import io.flowmap.checkpoint.pickle.LongText;
import io.flowmap.checkpoint.pickle.PickledObject;
import io.flowmap.checkpoint.pickle.Unpickler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Python's containers, and objects that are reduced to their attributes: option namespaces and EDM2's persistent classes, whose source code
 * is ignored.
 */
final class PlainGlobals {
    private PlainGlobals() {}

    static Map<String, Global> globals() {
        var globals = new TreeMap<String, Global>();
        globals.put("collections.OrderedDict", PlainGlobals::dict);
        globals.put("dnnlib.util.EasyDict", PlainGlobals::dict);
        globals.put("argparse.Namespace", arguments -> new PickledObject("argparse.Namespace"));
        globals.put("torch_utils.persistence._reconstruct_persistent_obj", PlainGlobals::persistent);
        globals.put("_codecs.encode", PlainGlobals::encode);
        for (var builtins : List.of("builtins.", "__builtin__.")) {
            globals.put(builtins + "set", PlainGlobals::set);
            globals.put(builtins + "frozenset", PlainGlobals::set);
            globals.put(builtins + "bytes", PlainGlobals::emptyBytes);
            globals.put(builtins + "bytearray", PlainGlobals::bytearray);
        }
        return globals;
    }

    /** A dict. Usually empty, with items set later; Python 2 passes the items as a list of pairs. */
    private static Object dict(List<Object> arguments) {
        var dict = new LinkedHashMap<String, Object>();
        for (var pair : arguments.isEmpty() ? List.of() : list(arguments.get(0))) {
            dict.put(text(list(pair), 0), at(list(pair), 1));
        }
        return dict;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object value) {
        return typed(List.class, value);
    }

    private static Object set(List<Object> arguments) {
        return Unpickler.set(arguments.isEmpty() ? List.of() : list(arguments.get(0)));
    }

    private static Object emptyBytes(List<Object> arguments) {
        if (!arguments.isEmpty()) {
            throw new IllegalArgumentException("expected bytes without arguments, got " + arguments.size());
        }
        return Blob.of(new byte[0]);
    }

    /** A bytearray from no argument, from bytes, or from a text and its encoding. */
    private static Object bytearray(List<Object> arguments) throws IOException {
        return switch (arguments.size()) {
            case 0 -> Blob.of(new byte[0]);
            case 1 -> Arguments.blob(arguments, 0);
            default -> encode(arguments);
        };
    }

    /** Bytes from (text, "latin1"), the form in which protocol 2 stores bytes. */
    private static Object encode(List<Object> arguments) throws IOException {
        var encoding = text(arguments, 1);
        if (!encoding.equals("latin1") && !encoding.equals("latin-1")) {
            throw new IllegalArgumentException("expected bytes as latin1, got " + Unpickler.printable(encoding));
        }
        if (at(arguments, 0) instanceof LongText located && located.charset().equals(StandardCharsets.UTF_8)) {
            return Latin1Blob.of(located.encoded());
        }
        var text = text(arguments, 0);
        if (text.chars().anyMatch(c -> c > 0xff)) {
            throw new IllegalArgumentException("expected bytes kept as latin-1 text, got other characters");
        }
        return Blob.of(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * A persistent object from a dict with type "class", class_name, state and the source of the module. Keeps the attributes, drops the
     * source.
     */
    private static Object persistent(List<Object> arguments) {
        var meta = typed(Map.class, at(arguments, 0));
        if (!"class".equals(meta.get("type")) || !(meta.get("class_name") instanceof String name)) {
            throw new IllegalArgumentException("expected the name of a persistent class, got none");
        }
        var object = new PickledObject(name);
        object.build(meta.get("state"));
        return object;
    }
}
