package io.flowmap.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DTypeTest {
    @ParameterizedTest
    @EnumSource
    void smallWholeNumbersComeBack(DType type) {
        float[] values = {0, 1, 2, 127, 255};
        var bytes = type.encode(values);
        assertThat(bytes).hasSize(5 * type.bytes());
        assertThat(type.decode(bytes)).containsExactly(values);
        var into = new float[7];
        type.decode(bytes, into, 1, 5);
        assertThat(into).containsExactly(0, 0, 1, 2, 127, 255, 0);
        assertThat(DType.of(type.text())).isEqualTo(type);
    }

    @Test
    void bytesAreLittleEndian() {
        assertThat(DType.FLOAT32.encode(new float[] {1})).containsExactly(0, 0, 0x80, 0x3f);
        assertThat(DType.FLOAT16.encode(new float[] {1})).containsExactly(0, 0x3c);
        assertThat(DType.FLOAT64.encode(new float[] {1})).containsExactly(0, 0, 0, 0, 0, 0, 0xf0, 0x3f);
    }

    @Test
    void uint8RoundsHalfToEvenAndClips() {
        assertThat(DType.UINT8.decode(DType.UINT8.encode(new float[] {-3, 0.5f, 1.5f, 2.5f, 254.6f, 999})))
                .containsExactly(0, 0, 2, 2, 255, 255);
    }

    /** 1 + 2^-8 lies halfway between 1 and 1 + 2^-7, 1 + 3 2^-8 halfway between that and 1 + 2^-6; ties go to even. */
    @Test
    void bfloat16RoundsHalfToEven() {
        float[] values = {1 + 0x1p-8f, 1 + 3 * 0x1p-8f, -(1 + 0x1.01p-8f), 3e38f, Float.MAX_VALUE, Float.NaN};
        assertThat(DType.BFLOAT16.decode(DType.BFLOAT16.encode(values)))
                .containsExactly(1, 1 + 0x1p-6f, -(1 + 0x1p-7f), 0x1.c4p127f, Float.POSITIVE_INFINITY, Float.NaN);
        assertThat(DType.BFLOAT16.encode(new float[] {1})).containsExactly(0x80, 0x3f);
    }

    @Test
    void wrongLengthsAreRefused() {
        assertThatThrownBy(() -> DType.FLOAT32.decode(new byte[6])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DType.FLOAT32.decode(new byte[8], new float[4], 0, 4))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DType.of("int4")).hasMessageContaining("int4");
    }
}
