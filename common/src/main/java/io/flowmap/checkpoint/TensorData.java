package io.flowmap.checkpoint;

import io.flowmap.tensor.Float16;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An array as stored: element type, shape and little-endian bytes in C order.
 *
 * @param type element type
 * @param shape dimensions, empty for a scalar; a dimension may be 0
 * @param bytes content, {@code type.bytes()} bytes for each element
 */
public record TensorData(Type type, long[] shape, byte[] bytes) {
    /** Element types and their names in safetensors. */
    public enum Type {
        FLOAT16("F16", 2),
        FLOAT32("F32", 4),
        FLOAT64("F64", 8),
        BFLOAT16("BF16", 2),
        UINT8("U8", 1),
        INT8("I8", 1),
        INT16("I16", 2),
        INT32("I32", 4),
        INT64("I64", 8),
        BOOL("BOOL", 1);

        private final String code;
        private final int bytes;

        Type(String code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }

        /** The name in safetensors. */
        public String code() {
            return code;
        }

        /** Size of an element in bytes. */
        public int bytes() {
            return bytes;
        }

        static Type of(String code) {
            for (var type : values()) {
                if (type.code.equals(code)) {
                    return type;
                }
            }
            throw new IllegalArgumentException(
                    "expected one of " + Arrays.stream(values()).map(Type::code).toList() + " as dtype, got " + code);
        }
    }

    public TensorData {
        if (bytes.length != length(type, shape)) {
            throw new IllegalArgumentException("expected " + length(type, shape) + " bytes for " + type
                    + Arrays.toString(shape) + ", got " + bytes.length);
        }
    }

    /** Float32 array from a part of {@code values}, starting at {@code from}. The shape gives the number of elements. */
    public static TensorData of(float[] values, int from, long... shape) {
        var bytes = new byte[Math.toIntExact(length(Type.FLOAT32, shape))];
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .put(values, from, bytes.length / Float.BYTES);
        return new TensorData(Type.FLOAT32, shape, bytes);
    }

    /** Float64 array. */
    public static TensorData of(double[] values, long... shape) {
        var bytes = new byte[Math.multiplyExact(values.length, Double.BYTES)];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().put(values);
        return new TensorData(Type.FLOAT64, shape, bytes);
    }

    /** Int64 array. */
    public static TensorData of(long[] values, long... shape) {
        var bytes = new byte[Math.multiplyExact(values.length, Long.BYTES)];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(values);
        return new TensorData(Type.INT64, shape, bytes);
    }

    /** Number of elements. */
    public int count() {
        return bytes.length / type.bytes();
    }

    /** The values as floats, rounded where the type is wider. */
    public float[] floats() {
        var values = new float[count()];
        var buffer = buffer();
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case FLOAT16 -> Float16.toFloat(buffer.getShort());
                case FLOAT32 -> buffer.getFloat();
                case FLOAT64 -> (float) buffer.getDouble();
                case BFLOAT16 -> bfloat16(buffer);
                default -> integer(buffer);
            };
        }
        return values;
    }

    /** The values as doubles. An int64 beyond 2^53 is rounded. */
    public double[] doubles() {
        return doubles(0, count());
    }

    /** Some of the values as doubles, from the element {@code from} in C order. */
    public double[] doubles(int from, int count) {
        var values = new double[count];
        var buffer = buffer().position(from * type.bytes());
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case FLOAT16 -> Float16.toFloat(buffer.getShort());
                case FLOAT32 -> buffer.getFloat();
                case FLOAT64 -> buffer.getDouble();
                case BFLOAT16 -> bfloat16(buffer);
                default -> integer(buffer);
            };
        }
        return values;
    }

    /** The little-endian bytes of numbers in a floating-point type. They are rounded to nearest, float16 and bfloat16 through float32. */
    public static byte[] bytes(Type type, double... values) {
        var bytes = new byte[Math.multiplyExact(values.length, type.bytes())];
        var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            switch (type) {
                case FLOAT16 -> buffer.putShort(Float16.of((float) value));
                case BFLOAT16 -> buffer.putShort(bfloat16((float) value));
                case FLOAT32 -> buffer.putFloat((float) value);
                case FLOAT64 -> buffer.putDouble(value);
                default -> throw new IllegalArgumentException("expected a floating-point type, got " + type);
            }
        }
        return bytes;
    }

    /** Rounds to the nearest bfloat16, ties to even. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short)
                ((Float.isNaN(value) ? bits | 0x400000 : bits + 0x7fff + (bits >>> Short.SIZE & 1)) >>> Short.SIZE);
    }

    /** The exact values of an integer or boolean array. Throws {@link IllegalStateException} for other types. */
    public long[] integers() {
        var values = new long[count()];
        var buffer = buffer();
        for (int i = 0; i < values.length; i++) {
            values[i] = integer(buffer);
        }
        return values;
    }

    /** Converts a bfloat16, which is the upper half of a float32. */
    private static float bfloat16(ByteBuffer buffer) {
        return Float.intBitsToFloat(buffer.getShort() << Short.SIZE);
    }

    private long integer(ByteBuffer buffer) {
        return switch (type) {
            case UINT8 -> buffer.get() & 0xff;
            case INT8 -> buffer.get();
            case INT16 -> buffer.getShort();
            case INT32 -> buffer.getInt();
            case INT64 -> buffer.getLong();
            case BOOL -> buffer.get() != 0 ? 1 : 0;
            default -> throw new IllegalStateException("expected an integer type, got " + type);
        };
    }

    private ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Size of an array in bytes. Throws {@link IllegalArgumentException} if it does not fit a long or a dimension is negative. */
    public static long length(Type type, long[] shape) {
        long length = type.bytes();
        for (long size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException("expected dimensions >= 0, got " + Arrays.toString(shape));
            }
            try {
                length = Math.multiplyExact(length, size);
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException(
                        "expected an array of less than 2^63 bytes, got " + type + " of shape "
                                + Arrays.toString(shape),
                        e);
            }
        }
        return length;
    }
}
