package io.flowmap.distill.train.average;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Bulk copies between float arrays and little-endian bytes. Positions and counts are in floats. */
final class FloatBytes {
    private FloatBytes() {}

    static void toBytes(float[] values, int from, int count, byte[] bytes, int at) {
        view(bytes).put(at, values, from, count);
    }

    static void toFloats(byte[] bytes, int at, float[] values, int from, int count) {
        view(bytes).get(at, values, from, count);
    }

    private static FloatBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
}
