package io.flowmap.nn.edm2;

import io.flowmap.nn.Scope;
import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.enums.WeightsFormat;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.api.ops.impl.reduce.floating.SquaredNorm;

/**
 * EDM2's magnitude-preserving primitives (Karras et al. 2024, appendix B) on activations [N,H,W,C]. Factors that commute
 * with a linear map are given to it as its gain, where they cost nothing.
 */
public final class MagnitudePreserving {
    /** Standard deviation of silu(x) for x ~ N(0,1): EDM2 Eq. 81. */
    static final double SILU_MAGNITUDE = 0.596;

    private static final double EPSILON = 1e-4;

    private final Scope scope;

    public MagnitudePreserving(Scope scope) {
        this.scope = scope;
    }

    /** x / (eps + ||x|| / sqrt n) over the last dimension, times {@code gain}: pixel normalisation, EDM2 Eq. 30. */
    SDVariable normalize(SDVariable x, double gain) {
        int last = scope.shape(x).length - 1;
        return x.mul(inverseMagnitude(x, gain, last));
    }

    private SDVariable inverseMagnitude(SDVariable x, double gain, int... dimensions) {
        long[] shape = scope.shape(x);
        double n = 1;
        for (int d : dimensions) {
            n *= shape[d];
        }
        SDVariable squares = new SquaredNorm(scope.graph(), x, true, dimensions).outputVariable();
        SDVariable magnitude = scope.graph().math().sqrt(squares.mul(1 / n)).add(EPSILON);
        return scope.graph().math().reciprocal(magnitude).mul(gain);
    }

    /** Weight with rows of unit magnitude, divided by sqrt(fan-in), times {@code gain}: EDM2 Eq. 47 and 66. */
    public SDVariable weight(String name, double gain) {
        SDVariable w = scope.parameter(name);
        long[] shape = scope.shape(w);
        long fanIn = Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
        SDVariable rows = scope.reshape(w, shape[0], fanIn);
        SDVariable unit = rows.mul(inverseMagnitude(rows, gain / Math.sqrt(fanIn), 1));
        return scope.reshape(unit, shape);
    }

    /** silu without its 1/0.596, which the next linear map takes as gain. */
    SDVariable silu(SDVariable x) {
        return scope.graph().nn().swish(x);
    }

    /** x [N,in] by a weight [out,in]. */
    public SDVariable linear(SDVariable x, SDVariable weight) {
        return scope.graph().mmul(x, weight, false, true, false);
    }

    /** x [N,H,W,in] by a weight [out,in,k,k], zero padding k/2. */
    SDVariable conv(SDVariable x, SDVariable weight) {
        long[] in = scope.shape(x);
        long[] w = scope.shape(weight);
        if (w[2] == 1) {
            SDVariable pixels = scope.reshape(x, in[0] * in[1] * in[2], in[3]);
            SDVariable mixed = linear(pixels, scope.reshape(weight, w[0], w[1]));
            return scope.reshape(mixed, in[0], in[1], in[2], w[0]);
        }
        return scope.graph().cnn().conv2d(x, weight, same(w[2]));
    }

    private static Conv2DConfig same(long k) {
        return Conv2DConfig.builder()
                .kH(k)
                .kW(k)
                .sH(1)
                .sW(1)
                .pH(k / 2)
                .pW(k / 2)
                .dH(1)
                .dW(1)
                .paddingMode(PaddingMode.VALID)
                .dataFormat("NHWC")
                .weightsFormat(WeightsFormat.OIYX)
                .build();
    }

    /** ((1-t) a + t b) / sqrt((1-t)^2 + t^2): EDM2 Eq. 88; {@code b} comes with its factor {@link #sumGain} already. */
    SDVariable sum(SDVariable a, SDVariable gainedB, double t) {
        return a.mul((1 - t) / Math.hypot(1 - t, t)).add(gainedB);
    }

    /** The factor of b in {@link #sum}. */
    static double sumGain(double t) {
        return t / Math.hypot(1 - t, t);
    }

    /** Concatenation over channels that keeps the magnitude of both parts balanced by t: EDM2 Eq. 103. */
    SDVariable cat(SDVariable a, SDVariable b, double t) {
        double na = scope.shape(a)[3];
        double nb = scope.shape(b)[3];
        double c = Math.sqrt((na + nb) / ((1 - t) * (1 - t) + t * t));
        return scope.graph().concat(3, a.mul(c / Math.sqrt(na) * (1 - t)), b.mul(c / Math.sqrt(nb) * t));
    }

    /** sqrt(2) cos(x f + phi) of x [N]: EDM2 Eq. 75. Frequencies and phases [n] are stored as they are used. */
    public SDVariable fourier(SDVariable x, String name) {
        long n = scope.shape(scope.parameter(name + ".freqs"))[0];
        SDVariable frequencies = scope.reshape(scope.parameter(name + ".freqs"), 1, n);
        SDVariable phases = scope.reshape(scope.parameter(name + ".phases"), 1, n);
        SDVariable angle =
                scope.reshape(x, scope.shape(x)[0], 1).mul(frequencies).add(phases);
        return scope.graph().math().cos(angle).mul(Math.sqrt(2));
    }
}
