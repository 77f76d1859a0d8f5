package io.flowmap.checkpoint.foreign;

import static io.flowmap.checkpoint.foreign.Arguments.at;
import static io.flowmap.checkpoint.foreign.Arguments.integer;
import static io.flowmap.checkpoint.foreign.Arguments.longs;
import static io.flowmap.checkpoint.foreign.Arguments.text;
import static io.flowmap.checkpoint.foreign.Arguments.typed;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.pickle.Global;
import io.flowmap.checkpoint.pickle.PickledObject;
import io.flowmap.checkpoint.pickle.Tuple;
import io.flowmap.checkpoint.pickle.Unpickler;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Torch's arrays, storages and module containers in pickles. */
final class TorchGlobals {
    private static final Map<String, TensorData.Type> STORAGES = Map.ofEntries(
            Map.entry("torch.HalfStorage", TensorData.Type.FLOAT16),
            Map.entry("torch.BFloat16Storage", TensorData.Type.BFLOAT16),
            Map.entry("torch.FloatStorage", TensorData.Type.FLOAT32),
            Map.entry("torch.DoubleStorage", TensorData.Type.FLOAT64),
            Map.entry("torch.ByteStorage", TensorData.Type.UINT8),
            Map.entry("torch.CharStorage", TensorData.Type.INT8),
            Map.entry("torch.ShortStorage", TensorData.Type.INT16),
            Map.entry("torch.IntStorage", TensorData.Type.INT32),
            Map.entry("torch.LongStorage", TensorData.Type.INT64),
            Map.entry("torch.BoolStorage", TensorData.Type.BOOL));
    private static final List<String> DTYPES =
            List.of("float16", "bfloat16", "float32", "float64", "uint8", "int8", "int16", "int32", "int64", "bool");

    private TorchGlobals() {}

    /** Handlers for plain values, NumPy arrays and torch arrays, by global. */
    static Map<String, Global> globals() {
        var globals = new TreeMap<String, Global>();
        globals.putAll(PlainGlobals.globals());
        globals.putAll(NumpyGlobals.globals());
        STORAGES.keySet().forEach(name -> globals.put(name, TorchGlobals::nameOnly));
        DTYPES.forEach(name -> globals.put("torch." + name, TorchGlobals::nameOnly));
        globals.put("torch.Size", arguments -> typed(Tuple.class, at(arguments, 0)));
        globals.put("torch.device", arguments -> text(arguments, 0));
        globals.put("torch._utils._rebuild_tensor", TorchGlobals::tensor);
        globals.put("torch._utils._rebuild_tensor_v2", TorchGlobals::tensor);
        globals.put("torch._utils._rebuild_parameter", arguments -> typed(ArrayView.class, at(arguments, 0)));
        for (var container : List.of("ModuleDict", "ModuleList", "Sequential")) {
            globals.put("torch.nn.modules.container." + container, arguments -> new PickledObject(container));
        }
        return globals;
    }

    /**
     * The storage for a persistent id ("storage", type, key, location, elements).
     *
     * @param id the id; it may have a sixth item, a view into another storage, which torch no longer writes
     */
    static Storage storage(List<Object> id) {
        if (!text(id, 0).equals("storage") || id.size() > 5 && id.get(5) != null) {
            throw new IllegalArgumentException("expected the id of a storage, got another");
        }
        var reference = typed(Global.Reference.class, at(id, 1));
        var type = STORAGES.get(reference.name());
        if (type == null) {
            throw new IllegalArgumentException(
                    "expected a type of storage, got " + Unpickler.printable(reference.name()));
        }
        return new Storage(type, integer(id, 4));
    }

    /** Key of a storage in its file. */
    static String storageKey(List<Object> id) {
        return text(id, 2);
    }

    /** A tensor from (storage, offset, shape, strides, ...). The remaining arguments matter only to training. */
    private static Object tensor(List<Object> arguments) {
        var storage = typed(Storage.class, at(arguments, 0));
        return new ArrayView(storage, integer(arguments, 1), longs(arguments, 2), longs(arguments, 3));
    }

    private static Object nameOnly(List<Object> arguments) {
        throw new IllegalArgumentException(
                "expected the name of a type, got a call with " + arguments.size() + " arguments");
    }
}
