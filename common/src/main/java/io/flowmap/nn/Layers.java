package io.flowmap.nn;

import io.flowmap.graph.Pooling;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.enums.WeightsFormat;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.api.ops.impl.reduce.floating.SquaredNorm;

/**
 * Standard layers of foreign networks, as PyTorch defines them, on activations [N,H,W,C]. Weights are variables in PyTorch's layouts:
 * [out,in,kh,kw] for convolutions, [out,in] for linear maps.
 */
public final class Layers {
    private static final double NORM_EPSILON = 1e-5;
    private static final double GELU_CUBIC = 0.044715;

    private final Scope scope;

    public Layers(Scope scope) {
        this.scope = scope;
    }

    /** Where the layers are built. */
    public Scope scope() {
        return scope;
    }

    /** The array with this name. */
    public SDVariable array(String name) {
        return scope.array(name);
    }

    /** {@link #conv(SDVariable, SDVariable, int)} plus a bias [out]. */
    public SDVariable conv(SDVariable x, SDVariable weight, SDVariable bias, int stride) {
        long pad = scope.shape(weight)[2] / 2;
        return conv(x, weight, bias, stride, pad, pad);
    }

    /** Convolution plus a bias [out], with {@code padRows} rows of zeros above and below and {@code padColumns} columns on either side. */
    public SDVariable conv(
            SDVariable x, SDVariable weight, SDVariable bias, int stride, long padRows, long padColumns) {
        var config = config(scope.shape(weight), stride, padRows, padColumns);
        return isNarrow()
                ? convolution(x, weight, config).add(bias)
                : scope.graph().cnn().conv2d(x, weight, bias, config);
    }

    /** Convolution with zero padding k/2. */
    public SDVariable conv(SDVariable x, SDVariable weight, int stride) {
        long pad = scope.shape(weight)[2] / 2;
        return convolution(x, weight, config(scope.shape(weight), stride, pad, pad));
    }

    private SDVariable convolution(SDVariable x, SDVariable weight, Conv2DConfig config) {
        return wide(scope.graph().cnn().conv2d(narrow(x), narrow(weight), config));
    }

    /** A B with optional transposes of the last two dimensions, in the scope's type of products. */
    public SDVariable product(SDVariable a, SDVariable b, boolean transposeA, boolean transposeB) {
        return wide(scope.graph().mmul(narrow(a), narrow(b), transposeA, transposeB, false));
    }

    private boolean isNarrow() {
        return scope.products() != scope.type();
    }

    private SDVariable narrow(SDVariable x) {
        return isNarrow() ? x.castTo(scope.products()) : x;
    }

    private SDVariable wide(SDVariable x) {
        return isNarrow() ? x.castTo(scope.type()) : x;
    }

    /** Largest value of every k x k window. Padding is ignored. */
    public SDVariable maxPool(SDVariable x, int k, int stride, int pad) {
        return scope.graph().cnn().maxPooling2d(x, Pooling.window(k, stride, pad));
    }

    /** Mean over the k x k window around every pixel, k odd. Pixels outside the image are ignored. */
    public SDVariable meanOfWindows(SDVariable x, int k) {
        return scope.graph().cnn().avgPooling2d(x, Pooling.window(k, 1, k / 2));
    }

    /** Concatenation over channels. */
    public SDVariable concat(SDVariable... parts) {
        return scope.graph().concat(3, parts);
    }

    /** 1x1 convolution by a weight [out,in,1,1], computed as one matrix product. */
    public SDVariable mix(SDVariable x, SDVariable weight) {
        long[] in = scope.shape(x);
        long[] w = scope.shape(weight);
        var pixels = scope.reshape(x, in[0] * in[1] * in[2], in[3]);
        var mixed = product(pixels, scope.reshape(weight, w[0], w[1]), false, true);
        return scope.reshape(mixed, in[0], in[1], in[2], w[0]);
    }

    /** x W' + b for x [N,in]. */
    public SDVariable linear(SDVariable x, SDVariable weight, SDVariable bias) {
        return linear(x, weight).add(bias);
    }

    /** x W' for x [N,in]. */
    public SDVariable linear(SDVariable x, SDVariable weight) {
        return product(x, weight, false, true);
    }

    /** max(x, 0). */
    public SDVariable relu(SDVariable x) {
        return scope.graph().nn().relu(x, 0);
    }

    /** Nearest upsampling by two. */
    public SDVariable doubled(SDVariable x) {
        return scope.graph().cnn().upsampling2d(x, 2, 2, false);
    }

    /** Mean over all pixels, [N,C]. */
    public SDVariable meanOfPixels(SDVariable x) {
        return x.mean(false, 1, 2);
    }

    /** {@link #groupNorm(SDVariable, int, double, SDVariable, SDVariable)} with PyTorch's epsilon 1e-5. */
    public SDVariable groupNorm(SDVariable x, int groups, SDVariable gain, SDVariable bias) {
        return groupNorm(x, groups, NORM_EPSILON, gain, bias);
    }

    /**
     * Group normalisation: (x - mean) / sqrt(variance + epsilon) over the pixels and channels of a group, times gain [C], plus bias [C].
     */
    public SDVariable groupNorm(SDVariable x, int groups, double epsilon, SDVariable gain, SDVariable bias) {
        long[] in = scope.shape(x);
        long width = in[3] / groups;
        var grouped = scope.reshape(x, in[0], in[1] * in[2], groups, width);
        var centred = grouped.sub(grouped.mean(true, 1, 3));
        var variance = scope.graph().math().square(centred).mean(true, 1, 3);
        var factor = inverseRoot(variance.add(epsilon)).mul(scope.reshape(gain, 1, 1, groups, width));
        return scope.reshape(centred.mul(factor).add(scope.reshape(bias, 1, 1, groups, width)), in);
    }

    /** Layer normalisation over the last dimension: (x - mean) / sqrt(variance + epsilon). */
    public SDVariable layerNorm(SDVariable x, double epsilon) {
        int last = scope.shape(x).length - 1;
        return rmsNorm(x.sub(x.mean(true, last)), epsilon);
    }

    /** Root-mean-square normalisation over the last dimension: x / sqrt(mean x^2 + epsilon). */
    public SDVariable rmsNorm(SDVariable x, double epsilon) {
        int last = scope.shape(x).length - 1;
        var squares = new SquaredNorm(scope.graph(), x, true, last).outputVariable();
        return x.mul(inverseRoot(squares.mul(1.0 / scope.shape(x)[last]).add(epsilon)));
    }

    /** GELU by its tanh form, x (1 + tanh u) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3). */
    public SDVariable geluTanh(SDVariable x) {
        var u2 = x.add(x.mul(scope.graph().math().square(x)).mul(GELU_CUBIC)).mul(2 * Math.sqrt(2 / Math.PI));
        return x.mul(scope.graph().nn().sigmoid(u2));
    }

    /** Splits the columns of x [N T, heads D] into heads, [N heads, T, D]. */
    public SDVariable heads(SDVariable x, long n, long heads) {
        long[] in = scope.shape(x);
        var split = scope.reshape(x, n, in[0] / n, heads, in[1] / heads);
        return scope.reshape(scope.graph().permute(split, 0, 2, 1, 3), n * heads, in[0] / n, in[1] / heads);
    }

    /** Inverse of {@link #heads}: joins [N heads, T, D] to [N T, heads D]. */
    public SDVariable joined(SDVariable x, long n, long heads) {
        long[] in = scope.shape(x);
        var split = scope.reshape(x, n, heads, in[1], in[2]);
        return scope.reshape(scope.graph().permute(split, 0, 2, 1, 3), n * in[1], heads * in[2]);
    }

    /** Scores q k' of every query [M,T,D] with every key [M,S,D], [M,T,S]. */
    public SDVariable scores(SDVariable q, SDVariable k) {
        return product(q, k, false, true);
    }

    /** softmax(scores) v for scores [M,T,S] and values [M,S,D], [M,T,D]. */
    public SDVariable attend(SDVariable scores, SDVariable v) {
        return product(scope.graph().nn().softmax(scores, 2), v, false, false);
    }

    private SDVariable inverseRoot(SDVariable x) {
        return scope.graph().math().reciprocal(scope.graph().math().sqrt(x));
    }

    private static Conv2DConfig config(long[] weight, int stride, long padRows, long padColumns) {
        return Conv2DConfig.builder()
                .kH(weight[2])
                .kW(weight[3])
                .sH(stride)
                .sW(stride)
                .pH(padRows)
                .pW(padColumns)
                .dH(1)
                .dW(1)
                .paddingMode(PaddingMode.VALID)
                .dataFormat("NHWC")
                .weightsFormat(WeightsFormat.OIYX)
                .build();
    }
}
