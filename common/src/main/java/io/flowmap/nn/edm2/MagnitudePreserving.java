package io.flowmap.nn.edm2;

import io.flowmap.nn.Layers;
import io.flowmap.nn.Parameter.Kind;
import io.flowmap.nn.Scope;
import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ops.impl.reduce.floating.SquaredNorm;

/**
 * EDM2's magnitude-preserving primitives (Karras et al. 2024, appendix B, whose equation numbers are given below) on activations [N,H,W,C].
 * Factors that commute with a linear map are passed to it as its gain, where they cost nothing.
 */
final class MagnitudePreserving {
    /** Standard deviation of silu(x) for x ~ N(0,1): Eq. 81. */
    static final double SILU_MAGNITUDE = 0.596;

    private static final double EPSILON = 1e-4;

    private final Scope scope;
    private final Layers layers;

    MagnitudePreserving(Scope scope) {
        this.scope = scope;
        this.layers = new Layers(scope);
    }

    /** x / (eps + ||x|| / sqrt n) over the last dimension, times {@code gain}: pixel normalisation, Eq. 30. */
    SDVariable normalize(SDVariable x, double gain) {
        return x.mul(inverseMagnitude(x, gain));
    }

    private SDVariable inverseMagnitude(SDVariable x, double gain) {
        long[] shape = scope.shape(x);
        int last = shape.length - 1;
        SDVariable squares = new SquaredNorm(scope.graph(), x, true, last).outputVariable();
        SDVariable magnitude =
                scope.graph().math().sqrt(squares.mul(1.0 / shape[last])).add(EPSILON);
        return scope.graph().math().reciprocal(magnitude).mul(gain);
    }

    /** silu without the factor 1/0.596, which the next linear map takes as its gain. */
    SDVariable silu(SDVariable x) {
        return scope.graph().nn().swish(x);
    }

    /** ((1-t) a + t b) / sqrt((1-t)^2 + t^2): Eq. 88. {@code gainedB} is b already multiplied by {@link #sumGain}. */
    SDVariable sum(SDVariable a, SDVariable gainedB, double t) {
        return a.mul((1 - t) / Math.hypot(1 - t, t)).add(gainedB);
    }

    /** Factor of b in {@link #sum}. */
    static double sumGain(double t) {
        return t / Math.hypot(1 - t, t);
    }

    /** Concatenation over channels that keeps the magnitude of both parts balanced by t: Eq. 103. */
    SDVariable cat(SDVariable a, SDVariable b, double t) {
        double na = scope.shape(a)[3];
        double nb = scope.shape(b)[3];
        double c = Math.sqrt((na + nb) / ((1 - t) * (1 - t) + t * t));
        return scope.graph().concat(3, a.mul(c / Math.sqrt(na) * (1 - t)), b.mul(c / Math.sqrt(nb) * t));
    }

    /** sqrt(2) cos(x f + phi) for x [N]: Eq. 75. Frequencies f and phases phi [n] are stored ready to use. */
    SDVariable fourier(SDVariable x, String name, long n) {
        SDVariable frequencies = scope.reshape(scope.parameter(name + ".freqs", Kind.FREQUENCIES, n), 1, n);
        SDVariable phases = scope.reshape(scope.parameter(name + ".phases", Kind.PHASES, n), 1, n);
        SDVariable angle =
                scope.reshape(x, scope.shape(x)[0], 1).mul(frequencies).add(phases);
        return scope.graph().math().cos(angle).mul(Math.sqrt(2));
    }

    /** Weight with rows of unit magnitude, divided by sqrt(fan-in), times {@code gain}: Eq. 47 and 66. */
    SDVariable weight(String name, double gain, long... shape) {
        long fanIn = Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
        SDVariable rows = scope.reshape(scope.parameter(name + ".weight", Kind.WEIGHT, shape), shape[0], fanIn);
        SDVariable unit = rows.mul(inverseMagnitude(rows, gain / Math.sqrt(fanIn)));
        return scope.reshape(unit, shape);
    }

    /** Convolution of x [N,H,W,in] by a weight [out,in,k,k], zero padding k/2. */
    SDVariable conv(String name, SDVariable x, double gain, long out, long k) {
        SDVariable weight = weight(name, gain, out, scope.shape(x)[3], k, k);
        return k == 1 ? layers.mix(x, weight) : layers.conv(x, weight, 1);
    }

    /** x W' for x [N,in] and a weight [out,in]. */
    SDVariable linear(SDVariable x, SDVariable weight) {
        return layers.linear(x, weight);
    }
}
