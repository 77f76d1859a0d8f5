package io.flowmap.checkpoint.foreign;

import static io.flowmap.checkpoint.foreign.Arguments.blob;
import static io.flowmap.checkpoint.foreign.Arguments.longs;
import static io.flowmap.checkpoint.foreign.Arguments.text;
import static io.flowmap.checkpoint.foreign.Arguments.typed;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.pickle.Blob;
import io.flowmap.checkpoint.pickle.Buildable;
import io.flowmap.checkpoint.pickle.Global;
import io.flowmap.checkpoint.pickle.Tuple;
import io.flowmap.checkpoint.pickle.Unpickler;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** NumPy arrays, scalars and element types in pickles. */
final class NumpyGlobals {
    private static final Map<String, TensorData.Type> TYPES = Map.of(
            "f2", TensorData.Type.FLOAT16,
            "f4", TensorData.Type.FLOAT32,
            "f8", TensorData.Type.FLOAT64,
            "u1", TensorData.Type.UINT8,
            "i1", TensorData.Type.INT8,
            "i2", TensorData.Type.INT16,
            "i4", TensorData.Type.INT32,
            "i8", TensorData.Type.INT64,
            "b1", TensorData.Type.BOOL);

    private NumpyGlobals() {}

    /** An element type. Its byte order is set by a later BUILD. */
    private static final class Dtype implements Buildable {
        private final TensorData.Type type;
        private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

        private Dtype(TensorData.Type type) {
            this.type = type;
        }

        /**
         * Takes the state (3, byte order, ...). Byte order is "<", ">", "|" for single bytes, or "=" for that of the writer, which is
         * assumed to be little endian.
         */
        @Override
        public void build(Object state) {
            order = text(typed(Tuple.class, state).items(), 1).equals(">")
                    ? ByteOrder.BIG_ENDIAN
                    : ByteOrder.LITTLE_ENDIAN;
        }

        private ArrayView array(Blob data, long[] shape, boolean fortran) {
            var storage = new Storage(type, TensorData.length(type, shape) / type.bytes());
            storage.locate(data, order);
            return new ArrayView(
                    storage,
                    0,
                    shape,
                    fortran ? reversed(ArrayView.contiguous(reversed(shape))) : ArrayView.contiguous(shape));
        }
    }

    /** An array. Its content is set by a later BUILD. */
    static final class Array implements Buildable {
        private ArrayView view;

        /** Takes the state (1, shape, dtype, is Fortran order, bytes). */
        @Override
        public void build(Object state) {
            var items = typed(Tuple.class, state).items();
            var dtype = typed(Dtype.class, Arguments.at(items, 2));
            view = dtype.array(blob(items, 4), longs(items, 1), typed(Boolean.class, Arguments.at(items, 3)));
        }

        /** The array. Throws {@link IllegalArgumentException} if its content was never set. */
        ArrayView view() {
            if (view == null) {
                throw new IllegalArgumentException("expected the content of a numpy array, got none");
            }
            return view;
        }
    }

    static Map<String, Global> globals() {
        var globals = new TreeMap<String, Global>();
        globals.put("numpy.dtype", NumpyGlobals::dtype);
        globals.put("numpy.ndarray", arguments -> {
            throw new IllegalArgumentException("expected numpy.ndarray as a name, got a call");
        });
        for (var core : List.of("numpy.core.", "numpy._core.")) {
            globals.put(core + "multiarray._reconstruct", arguments -> new Array());
            globals.put(core + "multiarray.scalar", NumpyGlobals::scalar);
            globals.put(core + "numeric._frombuffer", NumpyGlobals::fromBuffer);
        }
        return globals;
    }

    private static Object dtype(List<Object> arguments) {
        var name = text(arguments, 0);
        var type = TYPES.get(name.replaceFirst("^[<>|=]", ""));
        if (type == null) {
            throw new IllegalArgumentException("expected a numpy type of "
                    + TYPES.keySet().stream().sorted().toList() + ", got " + Unpickler.printable(name));
        }
        return new Dtype(type);
    }

    /** Array from (buffer, dtype, shape, order "C" or "F"). */
    private static Object fromBuffer(List<Object> arguments) {
        var dtype = typed(Dtype.class, Arguments.at(arguments, 1));
        var order = text(arguments, 3);
        var array = new Array();
        array.view = dtype.array(blob(arguments, 0), longs(arguments, 2), order.equals("F"));
        return array;
    }

    /** Number from (dtype, bytes). */
    private static Object scalar(List<Object> arguments) throws IOException {
        var view = typed(Dtype.class, Arguments.at(arguments, 0)).array(blob(arguments, 1), new long[0], false);
        var data = view.read();
        return switch (view.type()) {
            case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> (Object) data.doubles()[0];
            case BOOL -> data.bytes()[0] != 0;
            default -> data.integers()[0];
        };
    }

    private static long[] reversed(long[] values) {
        var reversed = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            reversed[i] = values[values.length - 1 - i];
        }
        return reversed;
    }
}
