package io.flowmap.bench.torch;

import io.flowmap.bench.step.BenchNetwork;
import io.flowmap.bench.step.BenchNetwork.Block;
import io.flowmap.bench.step.BenchNetwork.Resample;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Forward pass of EDM2's magnitude-preserving UNet in libtorch, with weights prepared by {@link TorchWeights}. Without gradients it
 * works in place; with gradients only where autograd does not need the value.
 */
final class TorchUnet {
    /** Conditioning of one forward pass: noise label [B], target time and guidance weight [B], one-hot labels [B,L]. */
    record Condition(Tensor noise, Optional<Tensor> target, Optional<Tensor> guidance, Optional<Tensor> labels) {}

    private final BenchNetwork network;
    private final Map<String, Tensor> weights;
    private final Map<String, Tensor> constants;
    private final boolean channelsLast;
    private final boolean inPlace;
    private final List<Block> encoder;
    private final List<Block> decoder;

    TorchUnet(
            BenchNetwork network,
            Map<String, Tensor> weights,
            Map<String, Tensor> constants,
            boolean channelsLast,
            boolean gradients) {
        this.network = network;
        this.weights = weights;
        this.constants = constants;
        this.channelsLast = channelsLast;
        this.inPlace = !gradients;
        this.encoder = network.encoder();
        this.decoder = network.decoder();
    }

    /** Raw network output [B,C,H,W] at an input [B,C,H,W] (EDM2's UNet.forward, dropout zero). */
    Tensor forward(Tensor x, Condition condition) {
        try (var scope = new TorchScope()) {
            Tensor embedding = embedding(condition);
            Tensor wide = Torch.concatenate(1, x, torch.ones_like(x.narrow(1, 0, 1)));
            Tensor h = Torch.convolve(wide, weight(network.firstConvolution()));
            var skips = new ArrayDeque<Tensor>(List.of(h));
            for (Block block : encoder) {
                h = block(block, h, embedding, skips);
                skips.push(h);
            }
            for (Block block : decoder) {
                Tensor before = h;
                h = block(block, before, embedding, skips);
                if (block != decoder.get(0)) {
                    before.close();
                }
            }
            return scope.keep(Torch.convolve(h, weight("out_conv")));
        }
    }

    /** silu of the summed embeddings [B,E]; the weights include the constants of mp_silu, mp_sum and the Fourier features. */
    private Tensor embedding(Condition condition) {
        Tensor sum = fourier("emb_fourier", condition.noise())
                .matmul(weight("emb_noise").t());
        if (condition.labels().isPresent()) {
            sum = torch.addmm(sum, condition.labels().get(), weight("emb_label").t());
        } else if (network.labelDim() > 0) {
            throw new IllegalArgumentException("a network with classes needs one-hot labels, zeros for none");
        }
        if (network.targetTime()) {
            Tensor target = fourier("emb_target_fourier", condition.target().orElseThrow());
            Tensor guidance =
                    fourier("emb_guidance_fourier", condition.guidance().orElseThrow());
            sum = torch.addmm(sum, target, weight("emb_target").t());
            sum = torch.addmm(sum, guidance, weight("emb_guidance").t());
        }
        return torch.silu(sum);
    }

    /** cos(t f + p) [B,F]; the factor sqrt(2) is in the weight that follows. */
    private Tensor fourier(String name, Tensor t) {
        Tensor phases = constants.get(name + ".phases");
        return torch.cos(torch.addcmul(phases, t.reshape(-1, 1), constants.get(name + ".freqs")));
    }

    private Tensor block(Block block, Tensor input, Tensor embedding, Deque<Tensor> skips) {
        try (var scope = new TorchScope()) {
            Tensor x = entrance(block, input, skips);
            Tensor y;
            try (Tensor active = torch.silu(x)) {
                y = Torch.convolve(active, weight(block.name() + ".conv_res0"));
            }
            Tensor modulated = modulate(block, y, embedding);
            Tensor residual = Torch.convolve(modulated, weight(block.name() + ".conv_res1"));
            sumInto(block, residual, x);
            return scope.keep(clipped(block, block.heads() > 0 ? attend(block, residual) : residual));
        }
    }

    private Tensor clipped(Block block, Tensor x) {
        if (network.clip() == 0) {
            return x;
        }
        double limit = network.clip() * TorchWeights.outputScale(network, block);
        try (var low = new Scalar(-limit);
                var high = new Scalar(limit)) {
            if (!inPlace) {
                return torch.hardtanh(x, low, high);
            }
            torch.hardtanh_(x, low, high);
            return x;
        }
    }

    /** Resampling, concatenation of the skip; in the encoder also projection and pixel normalisation. */
    private Tensor entrance(Block block, Tensor input, Deque<Tensor> skips) {
        Tensor x = input;
        if (block.resample() == Resample.DOWN) {
            x = Torch.halved(x);
        } else if (block.resample() == Resample.UP) {
            x = Torch.doubled(x);
        }
        if (block.joins() > 0) {
            int main = block.in() - block.joins();
            try (Tensor skip = skips.pop()) {
                return Torch.concatenate(
                        1, x, scaled(skip, TorchWeights.joinScale(main, block.joins(), block.joins())));
            }
        }
        if (block.decoder()) {
            return x;
        }
        if (block.projects()) {
            x = Torch.convolve(x, weight(block.name() + ".conv_skip"));
        }
        Tensor unit = inverseMagnitude(x, 1, block.out());
        if (inPlace && x != input) {
            x.mul_(unit);
            return x;
        }
        return x.mul(unit);
    }

    private Tensor scaled(Tensor skip, double factor) {
        return inPlace ? Torch.mulInPlace(skip, factor) : Torch.mul(skip, factor);
    }

    /** silu(y (1 + gain W e)), EDM2's modulation by the embedding. */
    private Tensor modulate(Block block, Tensor y, Tensor embedding) {
        Tensor factor =
                Torch.add(embedding.matmul(weight(block.name() + ".emb_linear").t()), 1);
        Tensor factors = factor.reshape(-1, block.out(), 1, 1);
        if (inPlace) {
            y.mul_(factors);
            torch.silu_(y);
            return y;
        }
        return torch.silu(y.mul(factors));
    }

    /** mp_sum(x, y, 0.3); y is already scaled. */
    private void sumInto(Block block, Tensor y, Tensor x) {
        double scale = block.heads() > 0 ? 1 : TorchWeights.outputScale(network, block);
        if (block.decoder() && block.projects()) {
            y.add_(Torch.convolve(x, weight(block.name() + ".conv_skip")));
        } else {
            Torch.addInPlace(y, x, TorchWeights.KEEP * scale);
        }
    }

    /** Self-attention over positions, with q, k, v of unit magnitude over a head's channels (EDM2's Block.forward). */
    private Tensor attend(Block block, Tensor x) {
        Tensor qkv = Torch.convolve(x, weight(block.name() + ".attn_qkv"));
        Tensor mixed = channelsLast ? attendRows(block, qkv) : attendColumns(block, qkv);
        Tensor out = Torch.convolve(mixed, weight(block.name() + ".attn_proj"));
        Torch.addInPlace(out, x, TorchWeights.KEEP * TorchWeights.outputScale(network, block));
        return out;
    }

    /** Channels last: a position's channels are contiguous, as the fused attention kernel requires. */
    private Tensor attendRows(Block block, Tensor qkv) {
        long b = qkv.size(0);
        long side = qkv.size(2);
        long width = qkv.size(3);
        long channels = block.out() / block.heads();
        Tensor rows = qkv.permute(0, 2, 3, 1).reshape(b, side * width, 3L * block.heads(), channels);
        Tensor unit = rows.mul(inverseMagnitude(rows, 3, channels)).transpose(1, 2);
        Tensor out;
        try (var mask = new TensorOptional();
                var scale = new DoubleOptional()) {
            out = torch.scaled_dot_product_attention(
                    unit.narrow(1, 0, block.heads()),
                    unit.narrow(1, block.heads(), block.heads()),
                    unit.narrow(1, 2L * block.heads(), block.heads()),
                    mask,
                    0.0,
                    false,
                    scale,
                    false);
        }
        return out.transpose(1, 2).reshape(b, side, width, block.out()).permute(0, 3, 1, 2);
    }

    private Tensor attendColumns(Block block, Tensor qkv) {
        long b = qkv.size(0);
        long heads = block.heads();
        long channels = block.out() / heads;
        long positions = qkv.size(2) * qkv.size(3);
        Tensor columns = qkv.reshape(b, 3 * heads, channels, positions);
        Tensor unit = columns.mul(inverseMagnitude(columns, 2, channels));
        Tensor query = Torch.mul(unit.narrow(1, 0, heads), 1 / Math.sqrt(channels));
        Tensor weight = torch.softmax(query.transpose(2, 3).matmul(unit.narrow(1, heads, heads)), 3);
        Tensor out = unit.narrow(1, 2 * heads, heads).matmul(weight.transpose(2, 3));
        return out.reshape(b, block.out(), qkv.size(2), qkv.size(3));
    }

    /**
     * 1 / (eps + ||x||/sqrt(n)) over one axis, which is kept with length one (EDM2's normalize). libtorch's norm is fast only along
     * contiguous values; along other axes the sum of squares is 16 times faster.
     */
    private Tensor inverseMagnitude(Tensor x, long axis, long n) {
        Tensor norm =
                channelsLast ? Torch.norm(x, axis) : Torch.sum(x.square(), axis).sqrt();
        return Torch.add(Torch.mul(norm, 1 / Math.sqrt(n)), TorchWeights.EPSILON)
                .reciprocal();
    }

    private Tensor weight(String name) {
        return weights.get(name + ".weight");
    }
}
