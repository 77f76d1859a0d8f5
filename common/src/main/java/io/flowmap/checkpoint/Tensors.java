package io.flowmap.checkpoint;

import io.flowmap.config.UserError;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Arrays by name that are read one at a time: those of a file, or of a view that computes them from others. */
public interface Tensors {
    /** Order of types in a file that the safetensors library writes. */
    List<TensorData.Type> WIDEST_FIRST = List.of(
            TensorData.Type.INT64,
            TensorData.Type.FLOAT64,
            TensorData.Type.FLOAT32,
            TensorData.Type.INT32,
            TensorData.Type.BFLOAT16,
            TensorData.Type.FLOAT16,
            TensorData.Type.INT16,
            TensorData.Type.INT8,
            TensorData.Type.UINT8,
            TensorData.Type.BOOL);

    /** An array that has not been read. */
    record ArrayInfo(TensorData.Type type, long[] shape) {
        /** Size in bytes. */
        public long bytes() {
            return TensorData.length(type, shape);
        }

        /** Number of elements. */
        public long count() {
            return bytes() / type.bytes();
        }
    }

    /** Names, types and shapes of all arrays, in their order. */
    Map<String, ArrayInfo> arrays();

    /** Reads an array. Throws {@link UserError} if there is no such array or its file is damaged. */
    TensorData read(String name);

    /** The same arrays in the order in which the safetensors library writes them: by type, the widest first, then by name. */
    default Tensors sorted() {
        var names = arrays().entrySet().stream()
                .sorted(Comparator.<Map.Entry<String, ArrayInfo>>comparingInt(
                                array -> WIDEST_FIRST.indexOf(array.getValue().type()))
                        .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getKey)
                .toList();
        return only(names);
    }

    /** Those of the arrays with the given names, in the order of the names. */
    default Tensors only(Iterable<String> names) {
        var all = arrays();
        var kept = new LinkedHashMap<String, ArrayInfo>();
        names.forEach(name -> kept.put(name, all.get(name)));
        return new View(kept, this::read);
    }

    /** Arrays in memory. */
    static Tensors of(Map<String, TensorData> tensors) {
        var infos = new LinkedHashMap<String, ArrayInfo>();
        tensors.forEach((name, data) -> infos.put(name, new ArrayInfo(data.type(), data.shape())));
        return new View(infos, tensors::get);
    }

    /** Reads an array by its name. */
    @FunctionalInterface
    interface Reading {
        TensorData read(String name);
    }

    /** Arrays that are read or computed in a way of their own. */
    record View(Map<String, ArrayInfo> arrays, Reading reading) implements Tensors {
        @Override
        public TensorData read(String name) {
            return reading.read(name);
        }
    }
}
