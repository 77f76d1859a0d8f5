package io.flowmap.nn.edm2;

import static io.flowmap.nn.edm2.MagnitudePreserving.sumGain;

import io.flowmap.nn.Scope;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * EDM2's self-attention with cosine-like scores: q, k and v are normalised over the channels of a head, scores are
 * q k / sqrt(channels), softmax over the keys. EDM2 keeps q, k and v innermost among the output channels of one
 * convolution; here its rows are regrouped into three products.
 */
final class Attention {
    private final Scope scope;
    private final MagnitudePreserving mp;

    Attention(Scope scope, MagnitudePreserving mp) {
        this.scope = scope;
        this.mp = mp;
    }

    /** x [N,H,W,C] to mp_sum(x, attention(x), balance). */
    SDVariable apply(SDVariable x, Block block, double balance) {
        long[] shape = scope.shape(x);
        long n = shape[0];
        long pixels = shape[1] * shape[2];
        long channels = shape[3];
        int perHead = (int) (channels / block.heads());
        SDVariable flat = scope.reshape(x, n * pixels, channels);
        SDVariable qkv = regrouped(block, channels);
        SDVariable q = mp.normalize(head(flat, qkv, 0, n, pixels, block), 1);
        SDVariable k = mp.normalize(head(flat, qkv, 1, n, pixels, block), 1 / Math.sqrt(perHead));
        SDVariable v = mp.normalize(head(flat, qkv, 2, n, pixels, block), 1);
        SDVariable weights = scope.graph().nn().softmax(scope.graph().mmul(q, k, false, true, false), 2);
        SDVariable mixed = scope.reshape(scope.graph().mmul(weights, v), n, block.heads(), pixels, perHead);
        SDVariable joined = scope.reshape(scope.graph().permute(mixed, 0, 2, 1, 3), shape);
        SDVariable projection = mp.weight(block.name() + ".attn_proj.weight", sumGain(balance));
        return mp.sum(x, mp.conv(joined, projection), balance);
    }

    /** Rows [heads, channels a head, 3, C] of the convolution as [3, heads * channels a head, C]. */
    private SDVariable regrouped(Block block, long channels) {
        SDVariable weight = mp.weight(block.name() + ".attn_qkv.weight", 1);
        SDVariable rows = scope.reshape(weight, channels, 3, channels);
        return scope.graph().permute(rows, 1, 0, 2);
    }

    /** One of q, k, v as [N * heads, pixels, channels a head]. */
    private SDVariable head(SDVariable flat, SDVariable qkv, int which, long n, long pixels, Block block) {
        int channels = (int) scope.shape(flat)[1];
        SDVariable weight = scope.reshape(
                scope.graph().slice(qkv, new int[] {which, 0, 0}, 1, channels, channels), channels, channels);
        long perHead = channels / block.heads();
        SDVariable split = scope.reshape(mp.linear(flat, weight), n, pixels, block.heads(), perHead);
        return scope.reshape(scope.graph().permute(split, 0, 2, 1, 3), n * block.heads(), pixels, perHead);
    }
}
