package io.flowmap.adversarial.discriminator;

import io.flowmap.graph.Pooling;
import io.flowmap.nn.Layers;
import io.flowmap.nn.Parameter.Kind;
import io.flowmap.nn.Scope;
import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Layers of StyleGAN2 (Karras et al. 2020) with equalised learning rates: a weight is divided by the square root of its fan-in where it
 * is used. Activations are [N,H,W,C]. Gains are applied to weight and bias, since leaky ReLU commutes with a positive gain.
 */
final class EqualisedLayers {
    private static final double NEGATIVE_SLOPE = 0.2;
    private static final double RECTIFIER_GAIN = Math.sqrt(2);
    private static final double EPSILON = 1e-8;

    private final Scope scope;
    private final Layers layers;

    EqualisedLayers(Scope scope) {
        this.scope = scope;
        this.layers = new Layers(scope);
    }

    /** sqrt(2) gain lrelu(w * x / sqrt(fan-in) + b), where lrelu(y) is y for positive y, else 0.2 y. */
    SDVariable convolution(String name, SDVariable x, long out, long k, double gain, int stride, int pad) {
        double all = RECTIFIER_GAIN * gain;
        var weight = weight(name, all, out, scope.shape(x)[3], k, k);
        return rectified(layers.conv(x, weight, bias(name, all, out), stride, pad, pad));
    }

    /** gain w * x / sqrt(fan-in) with a 1x1 weight and no bias. */
    SDVariable mix(String name, SDVariable x, long out, double gain) {
        return layers.mix(x, weight(name, gain, out, scope.shape(x)[3], 1, 1));
    }

    /** w x / sqrt(fan-in) + b for x [N,in]. */
    SDVariable linear(String name, SDVariable x, long out) {
        return layers.linear(x, weight(name, 1, out, scope.shape(x)[1]), bias(name, 1, out));
    }

    /** sqrt(2) lrelu(rate (w x / sqrt(fan-in) + b)) for x [N,in]. */
    SDVariable dense(String name, SDVariable x, long out, double rate) {
        double all = RECTIFIER_GAIN * rate;
        return rectified(layers.linear(x, weight(name, all, out, scope.shape(x)[1]), bias(name, all, out)));
    }

    /** x filtered by [1,3,3,1]/8 along rows and columns, computed as three 2x2 means; the result has one more row and one more column. */
    SDVariable filtered(SDVariable x) {
        var once = window(x, 1);
        return window(window(once, 1), 0);
    }

    /** x filtered by [1,3,3,1]/8, then every second pixel in both directions. */
    SDVariable halved(SDVariable x) {
        var cnn = scope.graph().cnn();
        return cnn.avgPooling2d(window(window(x, 1), 0), Pooling.average(2, 2, true));
    }

    private SDVariable window(SDVariable x, int pad) {
        return scope.graph().cnn().avgPooling2d(x, Pooling.padded(2, pad));
    }

    /** x / sqrt(mean x^2 + 1e-8) over the last dimension of [N,D]. */
    SDVariable unitMoment(SDVariable x) {
        var math = scope.graph().math();
        var moment = math.square(x).mean(true, 1).add(EPSILON);
        return x.mul(math.reciprocal(math.sqrt(moment)));
    }

    private SDVariable rectified(SDVariable x) {
        return scope.graph().nn().leakyRelu(x, NEGATIVE_SLOPE);
    }

    private SDVariable weight(String name, double gain, long... shape) {
        long fanIn = Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
        return scope.parameter(name + ".weight", Kind.EQUALISED, shape).mul(gain / Math.sqrt(fanIn));
    }

    private SDVariable bias(String name, double gain, long length) {
        return scope.parameter(name + ".bias", Kind.BIAS, length).mul(gain);
    }
}
