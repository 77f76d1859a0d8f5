package io.flowmap.nn;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.enums.WeightsFormat;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;

/**
 * The usual layers of foreign networks, as PyTorch defines them, on activations [N,H,W,C]. Weights are given as variables in
 * PyTorch's layouts: [out,in,k,k] of a convolution, [out,in] of a linear map.
 */
public final class Layers {
    private static final double NORM_EPSILON = 1e-5;

    private final Scope scope;

    public Layers(Scope scope) {
        this.scope = scope;
    }

    /** The array of that name. */
    public SDVariable array(String name) {
        return scope.parameter(name);
    }

    /** {@link #conv(SDVariable, SDVariable, int)} plus a bias [out]. */
    public SDVariable conv(SDVariable x, SDVariable weight, SDVariable bias, int stride) {
        return scope.graph().cnn().conv2d(x, weight, bias, config(scope.shape(weight)[2], stride));
    }

    /** Convolution with zero padding k/2. */
    public SDVariable conv(SDVariable x, SDVariable weight, int stride) {
        return scope.graph().cnn().conv2d(x, weight, config(scope.shape(weight)[2], stride));
    }

    /** A 1x1 convolution by a weight [out,in,1,1]: one matrix product. */
    public SDVariable mix(SDVariable x, SDVariable weight) {
        long[] in = scope.shape(x);
        long[] w = scope.shape(weight);
        var pixels = scope.reshape(x, in[0] * in[1] * in[2], in[3]);
        var mixed = scope.graph().mmul(pixels, scope.reshape(weight, w[0], w[1]), false, true, false);
        return scope.reshape(mixed, in[0], in[1], in[2], w[0]);
    }

    /** x W' + b of x [N,in]. */
    public SDVariable linear(SDVariable x, SDVariable weight, SDVariable bias) {
        return scope.graph().mmul(x, weight, false, true, false).add(bias);
    }

    /** max(x, 0). */
    public SDVariable relu(SDVariable x) {
        return scope.graph().nn().relu(x, 0);
    }

    /** Every pixel twice in both directions. */
    public SDVariable doubled(SDVariable x) {
        return scope.graph().cnn().upsampling2d(x, 2, 2, false);
    }

    /** The mean over all pixels, [N,C]. */
    public SDVariable meanOfPixels(SDVariable x) {
        return x.mean(false, 1, 2);
    }

    /** (x - mean) / sqrt(variance + 1e-5) over pixels and the channels of a group, times gain [C], plus bias [C]. */
    public SDVariable groupNorm(SDVariable x, int groups, SDVariable gain, SDVariable bias) {
        long[] in = scope.shape(x);
        long width = in[3] / groups;
        var grouped = scope.reshape(x, in[0], in[1] * in[2], groups, width);
        var centred = grouped.sub(grouped.mean(true, 1, 3));
        var math = scope.graph().math();
        var variance = math.square(centred).mean(true, 1, 3);
        var factor =
                math.reciprocal(math.sqrt(variance.add(NORM_EPSILON))).mul(scope.reshape(gain, 1, 1, groups, width));
        return scope.reshape(centred.mul(factor).add(scope.reshape(bias, 1, 1, groups, width)), in);
    }

    private static Conv2DConfig config(long k, int stride) {
        return Conv2DConfig.builder()
                .kH(k)
                .kW(k)
                .sH(stride)
                .sW(stride)
                .pH(k / 2)
                .pW(k / 2)
                .dH(1)
                .dW(1)
                .paddingMode(PaddingMode.VALID)
                .dataFormat("NHWC")
                .weightsFormat(WeightsFormat.OIYX)
                .build();
    }
}
