package io.flowmap.tensor;

/** IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits), which JDK 17 lacks. */
public final class Float16 {
    private static final int EXPONENT_SHIFT = 13;
    private static final float SUBNORMAL_UNIT = 0x1p-24f;

    private Float16() {}

    /** Rounds to the nearest half, ties to even. Values of 65520 or more in magnitude become infinite; NaN stays NaN. */
    public static short of(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            return (short) (sign | 0x7e00 | magnitude >>> EXPONENT_SHIFT & 0x1ff);
        }
        if (magnitude >= 0x47800000) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x38800000) {
            return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) / SUBNORMAL_UNIT));
        }
        int rounded = magnitude + 0xfff + (magnitude >>> EXPONENT_SHIFT & 1);
        return (short) (sign | rounded - 0x38000000 >>> EXPONENT_SHIFT);
    }

    /** Exact value of a half. */
    public static float toFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = half >>> 10 & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0) {
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * SUBNORMAL_UNIT));
        }
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | fraction << EXPONENT_SHIFT);
        }
        return Float.intBitsToFloat(sign | exponent + 112 << 23 | fraction << EXPONENT_SHIFT);
    }
}
