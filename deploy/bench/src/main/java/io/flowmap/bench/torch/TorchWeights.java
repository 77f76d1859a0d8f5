package io.flowmap.bench.torch;

import io.flowmap.bench.step.BenchNetwork;
import io.flowmap.bench.step.BenchNetwork.Block;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * Effective weights of a forward pass, computed once per step from the raw ones: rows normalised to unit magnitude (EDM2 Eq. 66: w /
 * (eps + ||w||/sqrt(n)) / sqrt(n)), times their gain, times every constant factor that can be moved through a linear map into its
 * weight (the 1/0.596 of mp_silu before it, the weights of mp_sum after it). Gradients flow through all of it if the raw tensors
 * require them.
 */
final class TorchWeights {
    static final double EPSILON = 1e-4;
    static final double SILU = 1 / 0.596;
    static final double BALANCE = 0.3;
    static final double KEEP = (1 - BALANCE) / Math.hypot(1 - BALANCE, BALANCE);
    static final double ADD = BALANCE / Math.hypot(1 - BALANCE, BALANCE);

    private final BenchNetwork network;
    private final boolean channelsLast;
    private final Map<String, Tensor> raw;
    private final Map<String, Tensor> ready = new LinkedHashMap<>();

    private TorchWeights(BenchNetwork network, Map<String, Tensor> raw, boolean channelsLast) {
        this.network = network;
        this.raw = raw;
        this.channelsLast = channelsLast;
    }

    /** Effective weights by EDM2's names; they belong to the caller's pointer scope. */
    static Map<String, Tensor> normalised(BenchNetwork network, Map<String, Tensor> raw, boolean channelsLast) {
        var weights = new TorchWeights(network, raw, channelsLast);
        weights.embeddings();
        weights.convolution(network.firstConvolution(), 1);
        network.encoder().forEach(weights::block);
        network.decoder().forEach(weights::block);
        weights.put("out_conv.weight", weights.rows("out_conv.weight", raw.get("out_gain"), 1));
        return weights.ready;
    }

    /** Factor that the decoder's concatenation applies to the output of the previous block: mp_cat at 0.5, EDM2 Eq. 103. */
    static double joinScale(int main, int skip, int part) {
        return Math.sqrt((main + skip) / 0.5) / Math.sqrt(part) * 0.5;
    }

    private void embeddings() {
        double fourier = Math.sqrt(2);
        double half = network.labelDim() > 0 ? Math.sqrt(0.5) : 1;
        put("emb_noise.weight", rows("emb_noise.weight", null, half * fourier));
        if (network.labelDim() > 0) {
            put("emb_label.weight", rows("emb_label.weight", null, half * Math.sqrt(network.labelDim())));
        }
        if (network.targetTime()) {
            put("emb_target.weight", rows("emb_target.weight", raw.get("emb_target.gain"), fourier));
            put("emb_guidance.weight", rows("emb_guidance.weight", raw.get("emb_guidance.gain"), fourier));
        }
    }

    private void block(Block block) {
        String name = block.name();
        boolean attends = block.heads() > 0;
        double out = outputScale(block);
        double sum = attends ? 1 : out;
        convolution(name + ".conv_res0", SILU);
        put(name + ".emb_linear.weight", rows(name + ".emb_linear.weight", raw.get(name + ".emb_gain"), SILU));
        convolution(name + ".conv_res1", SILU * ADD * sum);
        if (block.projects()) {
            convolution(name + ".conv_skip", block.decoder() ? KEEP * sum : 1);
        }
        if (attends) {
            attention(block, out);
        }
    }

    /** EDM2 orders attention channels as (head, channel, q|k|v); the order (q|k|v, head, channel) keeps q, k and v contiguous. */
    private void attention(Block block, double out) {
        String name = block.name() + ".attn_qkv.weight";
        int width = block.out();
        Tensor mixed = rows(name, null, 1);
        put(name, mixed.reshape(width, 3, width, 1, 1).transpose(0, 1).reshape(3L * width, width, 1, 1));
        convolution(block.name() + ".attn_proj", ADD * out);
    }

    /** Scale that the following concatenation applies to this block's output, folded into its last linear maps. */
    double outputScale(Block block) {
        var decoder = network.decoder();
        int next = decoder.indexOf(block) + 1;
        if (next == 0 || next == decoder.size() || decoder.get(next).joins() == 0) {
            return 1;
        }
        return joinScale(block.out(), decoder.get(next).joins(), block.out());
    }

    static double outputScale(BenchNetwork network, Block block) {
        return new TorchWeights(network, Map.of(), false).outputScale(block);
    }

    private void convolution(String name, double scale) {
        put(name + ".weight", rows(name + ".weight", null, scale));
    }

    private void put(String name, Tensor weight) {
        ready.put(name, channelsLast && weight.dim() == 4 ? weight.contiguous(MemoryFormat.ChannelsLast) : weight);
    }

    /** scale gain w / (eps sqrt(n) + ||w||), row by row. */
    private Tensor rows(String name, Tensor gain, double scale) {
        Tensor weight = raw.get(name);
        try (var scope = new TorchScope()) {
            long[] axes = weight.dim() == 4 ? new long[] {1, 2, 3} : new long[] {1};
            double fan = (double) weight.numel() / weight.size(0);
            Tensor norm = Torch.add(Torch.norm(weight, axes), EPSILON * Math.sqrt(fan));
            Tensor factor = Torch.mul(norm.reciprocal(), scale);
            Tensor row = weight.mul(gain == null ? factor : factor.mul(gain));
            return scope.keep(row);
        }
    }
}
