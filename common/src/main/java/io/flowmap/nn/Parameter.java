package io.flowmap.nn;

import java.io.Serializable;
import java.util.Arrays;

/**
 * One named array of a network, declared where a layer uses it.
 *
 * @param name e.g. {@code enc.32x32_block0.conv_res0.weight}
 * @param shape [out, in, kh, kw] for a convolution, [out, in] for a linear map, [] for a gain, [n] for a Fourier buffer
 * @param kind determines its initial value, whether it is trained and whether its rows are normalised
 */
public record Parameter(String name, long[] shape, Kind kind) implements Serializable {
    /** Kinds of arrays in a network. */
    public enum Kind {
        /** Magnitude-preserving weight: rows drawn from N(0,1), normalised to unit magnitude during training. */
        WEIGHT,
        /** Scalar, starts at zero. */
        GAIN,
        /** Weight with an equalised learning rate: drawn from N(0,1), divided by sqrt(fan-in) where it is used. */
        EQUALISED,
        /** Plain weight of an MLP: drawn from N(0, 1/fan-in). */
        DENSE,
        /** Initialised to zero: a bias, or the weight of inputs that are added to a trained network. */
        BIAS,
        /** Initialised to one: scale of a normalisation. */
        SCALE,
        /** A of a low-rank adapter W + c B A, drawn from U(-1/sqrt(fan-in), 1/sqrt(fan-in)) as PEFT draws it. B is a {@link #BIAS}. */
        ADAPTER,
        /** Fourier frequencies, 2 pi N(0,1): fixed. */
        FREQUENCIES,
        /** Fourier phases, 2 pi U(0,1): fixed. */
        PHASES
    }

    /** Whether it has gradients. Fourier buffers do not. */
    public boolean trained() {
        return kind != Kind.FREQUENCIES && kind != Kind.PHASES;
    }

    /** Whether it is the weight [out,in] of a linear map or [out,in,1,1] of a 1x1 convolution. */
    boolean isLinearMap() {
        boolean weight = kind == Kind.WEIGHT || kind == Kind.EQUALISED || kind == Kind.DENSE;
        return weight && (shape.length == 2 || shape.length == 4 && shape[2] == 1 && shape[3] == 1);
    }

    /** Number of elements. */
    public long length() {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    @Override
    public String toString() {
        return name + " " + kind + Arrays.toString(shape);
    }
}
