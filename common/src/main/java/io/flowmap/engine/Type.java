package io.flowmap.engine;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;

/** Element types that engines compute with. */
public enum Type {
    BOOL(1, DataType.BOOL),
    INT32(4, DataType.INT32),
    INT64(8, DataType.INT64),
    FLOAT16(2, DataType.FLOAT16),
    BFLOAT16(2, DataType.BFLOAT16),
    FLOAT32(4, DataType.FLOAT),
    FLOAT64(8, DataType.DOUBLE);

    private final int bytes;
    private final DataType inGraphs;

    Type(int bytes, DataType inGraphs) {
        this.bytes = bytes;
        this.inGraphs = inGraphs;
    }

    /** The type of a graph's variable. Throws {@link UnsupportedOperationException} for types that no engine computes with. */
    public static Type of(DataType inGraphs) {
        return Arrays.stream(values())
                .filter(type -> type.inGraphs == inGraphs)
                .findFirst()
                .orElseThrow(() -> new UnsupportedOperationException("no engine computes with " + inGraphs));
    }

    /** Size of an element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** The type's name in graphs. */
    public DataType inGraphs() {
        return inGraphs;
    }

    /** Whether this is a 16-bit floating-point type. */
    public boolean isHalf() {
        return this == FLOAT16 || this == BFLOAT16;
    }
}
