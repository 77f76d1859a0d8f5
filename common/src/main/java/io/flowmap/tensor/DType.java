package io.flowmap.tensor;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/** Element types of stored arrays, little endian. */
public enum DType {
    @JsonProperty("float16")
    FLOAT16(2) {
        @Override
        void put(ByteBuffer to, float value) {
            to.putShort(Float16.of(value));
        }

        @Override
        float get(ByteBuffer from) {
            return Float16.toFloat(from.getShort());
        }
    },
    /** The upper half of a float32: 8 bits of exponent, 7 of fraction. Encoding rounds half to even. */
    @JsonProperty("bfloat16")
    BFLOAT16(2) {
        @Override
        void put(ByteBuffer to, float value) {
            int bits = Float.floatToRawIntBits(value);
            boolean number = value == value;
            int rounded = number ? bits + 0x7fff + (bits >>> 16 & 1) : bits | 0x400000;
            to.putShort((short) (rounded >>> 16));
        }

        @Override
        float get(ByteBuffer from) {
            return Float.intBitsToFloat(from.getShort() << 16);
        }
    },
    @JsonProperty("float32")
    FLOAT32(4) {
        @Override
        void put(ByteBuffer to, float value) {
            to.putFloat(value);
        }

        @Override
        float get(ByteBuffer from) {
            return from.getFloat();
        }
    },
    @JsonProperty("float64")
    FLOAT64(8) {
        @Override
        void put(ByteBuffer to, float value) {
            to.putDouble(value);
        }

        @Override
        float get(ByteBuffer from) {
            return (float) from.getDouble();
        }
    },
    /** Unsigned 8-bit integer, 0 to 255. Encoding rounds half to even and clips. */
    @JsonProperty("uint8")
    UINT8(1) {
        @Override
        void put(ByteBuffer to, float value) {
            to.put((byte) Math.max(0, Math.min(255, Math.rint(value))));
        }

        @Override
        float get(ByteBuffer from) {
            return from.get() & 0xff;
        }
    };

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** The type with a name as stored in Parquet and configuration ("float16"). Throws {@link IllegalArgumentException} for other names. */
    public static DType of(String name) {
        for (var type : values()) {
            if (type.text().equals(name)) {
                return type;
            }
        }
        throw new IllegalArgumentException(
                "expected float16, bfloat16, float32, float64 or uint8 as element type, got " + name);
    }

    /** Name as stored, in lower case. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Size of an element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Encodes values to bytes. */
    public byte[] encode(float[] values) {
        var buffer =
                ByteBuffer.allocate(Math.multiplyExact(values.length, bytes)).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            put(buffer, value);
        }
        return buffer.array();
    }

    /** Decodes bytes to values. Throws {@link IllegalArgumentException} if the length is not a multiple of the element size. */
    public float[] decode(byte[] encoded) {
        if (encoded.length % bytes != 0) {
            throw new IllegalArgumentException(
                    "expected whole " + text() + " elements, got " + encoded.length + " bytes");
        }
        var values = new float[encoded.length / bytes];
        decode(encoded, values, 0, values.length);
        return values;
    }

    /** Decodes {@code length} values into {@code to}, from index {@code from}. {@code encoded} must hold exactly as many. */
    public void decode(byte[] encoded, float[] to, int from, int length) {
        if (encoded.length != (long) length * bytes) {
            throw new IllegalArgumentException(
                    "expected " + length + " " + text() + " elements, got " + encoded.length + " bytes");
        }
        var buffer = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length; i++) {
            to[from + i] = get(buffer);
        }
    }

    abstract void put(ByteBuffer to, float value);

    abstract float get(ByteBuffer from);
}
