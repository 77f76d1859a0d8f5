package io.flowmap.distill.train.average;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Bulk copies between float arrays and little-endian bytes. */
final class FloatBytes {
    private FloatBytes() {}

    static void toBytes(float[] values, int from, int count, byte[] bytes) {
        view(bytes).put(values, from, count);
    }

    static void toFloats(byte[] bytes, float[] values, int from, int count) {
        view(bytes).get(values, from, count);
    }

    private static FloatBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
}
