package io.flowmap.checkpoint.flux;

import io.flowmap.checkpoint.TensorData;
import java.util.Arrays;

/**
 * A low-rank change of one linear layer: W' = W + c B A, b' = b + bias (Hu et al. 2021). c = alpha / r, or alpha / sqrt(r) if rank-stabilised.
 *
 * @param a A [r,in]
 * @param b B [out,r]
 * @param alpha numerator of the scale c; the rank where a file gives none
 * @param stored alpha as the file has it; null if the file has it elsewhere or not at all
 * @param rankStabilised whether c divides by the root of the rank (rsLoRA)
 * @param bias bias [out] that is added to the layer's; null for none
 */
public record Adapter(
        TensorData a, TensorData b, double alpha, TensorData stored, boolean rankStabilised, TensorData bias) {
    public Adapter {
        boolean fits = a.shape().length == 2
                && b.shape().length == 2
                && b.shape()[1] == a.shape()[0]
                && (bias == null || Arrays.equals(bias.shape(), new long[] {b.shape()[0]}));
        if (!fits) {
            throw new IllegalArgumentException("expected A [r,in], B [out,r] and a bias [out], got "
                    + Arrays.toString(a.shape()) + ", " + Arrays.toString(b.shape())
                    + (bias == null ? "" : ", " + Arrays.toString(bias.shape())));
        }
    }

    public int rank() {
        return (int) a.shape()[0];
    }

    /** The scale c. */
    public double scale() {
        return alpha / (rankStabilised ? Math.sqrt(rank()) : rank());
    }

    Adapter with(TensorData newB, TensorData newBias) {
        return new Adapter(a, newB, alpha, stored, rankStabilised, newBias);
    }

    /** The same scale as a quotient alpha / r. */
    Adapter withoutRoot() {
        return rankStabilised ? new Adapter(a, b, scale() * rank(), null, false, bias) : this;
    }

    /** With alpha as a tensor of its own, in float32 unless that would round it. */
    Adapter storingAlpha() {
        var plain = withoutRoot();
        var type = (float) plain.alpha == plain.alpha ? TensorData.Type.FLOAT32 : TensorData.Type.FLOAT64;
        var tensor = new TensorData(type, new long[0], TensorData.bytes(type, plain.alpha));
        return new Adapter(a, b, plain.alpha, tensor, false, bias);
    }

    /** With alpha kept elsewhere. */
    Adapter withoutStored() {
        return new Adapter(a, b, alpha, null, rankStabilised, bias);
    }

    /** With the halves of the rows of B and the bias exchanged, as between BFL and diffusers in the last modulation. */
    Adapter swapped() {
        return with(Rows.swapHalves(b), bias == null ? null : Rows.swapHalves(bias));
    }
}
