package io.flowmap.nn.flux;

import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Layers;
import io.flowmap.nn.Network;
import io.flowmap.nn.Parameter.Kind;
import io.flowmap.nn.Scope;
import io.flowmap.nn.Scope.Part;
import io.flowmap.nn.flux.Sinusoids.Rotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * FLUX.1's transformer (Black Forest Labs 2024), a rectified flow: it returns the velocity v = z - x_0 itself. Parameters have the names of
 * BFL's checkpoints. The file starts with the smallest layers. Shapes: N samples, L image tokens, T text tokens, S = T + L, h channels, H
 * heads of D channels.
 *
 * <p>A token is a square of 2x2 latent pixels in FLUX.1, in general of {@link FluxConfig#patchSize}. The network of a flow map adds an embedding of the target time s, {@code target_time_in}: a
 * copy of the embedding of t whose last layer starts at zero, so that it starts as the network without it.
 */
public final class Transformer implements Network {
    /** Name of the condition with the text tokens [T, width], T5's last hidden state. Padding is attended to. */
    public static final String TEXT = "text";

    /** Name of the condition with the pooled text [width], CLIP's pooled output. */
    public static final String POOLED = "pooled";

    private static final String TIME = "time_in";
    private static final String TARGET = "target_time_in";
    private static final double NORM_EPSILON = 1e-6;

    private final FluxConfig config;
    private final long channels;
    private final long height;
    private final long width;
    private final ConditionShape condition;
    private final boolean flowMap;

    /**
     * @param sample shape [C,H,W] of a latent
     * @param condition conditions of the data; the network uses {@link #TEXT} and {@link #POOLED}, or the words of a caption in their place
     * @param flowMap whether the target time is an input
     */
    public Transformer(FluxConfig config, long[] sample, ConditionShape condition, boolean flowMap) {
        config.requireFits(sample, condition);
        this.config = config;
        this.channels = sample[0];
        this.height = sample[1];
        this.width = sample[2];
        this.condition = condition.only(
                condition.has(ConditionShape.WORDS) ? List.of(ConditionShape.WORDS) : List.of(TEXT, POOLED));
        this.flowMap = flowMap;
    }

    @Override
    public long[] sample() {
        return new long[] {height, width, channels};
    }

    @Override
    public long[] smallest() {
        return new long[] {config.patchSize(), config.patchSize(), channels};
    }

    @Override
    public void requireTakes(long... other) {
        config.requireFits(new long[] {other[2], other[0], other[1]}, condition);
        if (other[2] != channels) {
            throw new IllegalArgumentException("expected latents of " + channels + " channels, got " + other[2]);
        }
    }

    @Override
    public ConditionShape condition() {
        return condition;
    }

    @Override
    public boolean isFlowMap() {
        return flowMap;
    }

    @Override
    public boolean isField() {
        return true;
    }

    @Override
    public boolean isLate(String name) {
        return name.startsWith(TARGET);
    }

    @Override
    public Map<String, String> copies() {
        String weight = ".in_layer.weight";
        String bias = ".in_layer.bias";
        return flowMap ? Map.of(TARGET + weight, TIME + weight, TARGET + bias, TIME + bias) : Map.of();
    }

    @Override
    public String lastLayer() {
        return "final_layer.linear.weight";
    }

    @Override
    public SDVariable apply(Scope scope, Input input) {
        SameDiff graph = scope.graph();
        long[] shape = scope.shape(input.x());
        long n = shape[0];
        long side = config.patchSize();
        long rows = shape[1] / side;
        long columns = shape[2] / side;
        boolean words = condition.has(ConditionShape.WORDS);
        SDVariable text = input.condition().get(words ? ConditionShape.WORDS : TEXT);
        SDVariable pooled =
                words ? input.condition().rows(scope) : input.condition().get(POOLED);
        SDVariable squares = scope.reshape(input.x(), n, rows, side, columns, side, shape[3]);
        SDVariable image =
                scope.reshape(graph.permute(squares, 0, 1, 3, 5, 2, 4), n, rows * columns, side * side * shape[3]);
        var tokens = new Tokens(
                image,
                positions(rows, columns),
                text,
                new double[(int) scope.shape(text)[1]][config.axesDim().size()],
                pooled,
                input.noise(),
                input.target(),
                input.guidance());
        SDVariable y = scope.reshape(apply(scope, tokens), n, rows, columns, channels, side, side);
        return scope.reshape(graph.permute(y, 0, 1, 4, 2, 5, 3), n, shape[1], shape[2], channels);
    }

    /** Positions (0, row, column) of the tokens of a grid, row by row. */
    static double[][] positions(long rows, long columns) {
        var positions = new double[Math.toIntExact(rows * columns)][];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = new double[] {0, i / columns, i % columns};
        }
        return positions;
    }

    /**
     * Inputs as tokens. Channel 4c + 2p + q of an image token is channel c of pixel (p, q) of its square of 2x2.
     *
     * @param image [N,L,4C], or wider with channels of an image to follow
     * @param imagePositions L positions on the rotary axes, the same for all samples
     * @param text [N,T,width]
     * @param textPositions T positions; FLUX's are zero
     * @param pooled [N,width]
     * @param time t [N]
     * @param target s [N]; null unless the network is a flow map's
     * @param guidance guidance weight [N]; null unless the network embeds it
     */
    public record Tokens(
            SDVariable image,
            double[][] imagePositions,
            SDVariable text,
            double[][] textPositions,
            SDVariable pooled,
            SDVariable time,
            SDVariable target,
            SDVariable guidance) {}

    /** The network on tokens, [N,L,4C]. */
    public SDVariable apply(Scope scope, Tokens tokens) {
        return new Emission(scope).network(tokens);
    }

    /** Queries, keys and values, [N*H,tokens,D]; {@code unit} is q before its rotation. Queries are divided by sqrt(D). */
    private record Heads(SDVariable unit, SDVariable q, SDVariable k, SDVariable v) {}

    /** Tokens of text and image, [N,T,h] and [N,L,h]. */
    private record Both(SDVariable text, SDVariable image) {}

    /** The network's layers in a scope, bottom-up. */
    private final class Emission {
        private final Scope scope;
        private final SameDiff graph;
        private final Layers layers;
        private final Sinusoids sinusoids;
        private final long heads = config.numHeads();
        private final long perHead = config.headSize();
        private final long wide = config.hiddenSize();
        private final List<Part> qkv = List.of(new Part("q", wide), new Part("k", wide), new Part("v", wide));
        private SDVariable modulator;

        Emission(Scope scope) {
            this.scope = scope;
            this.graph = scope.graph();
            this.layers = new Layers(scope);
            this.sinusoids = new Sinusoids(scope);
        }

        SDVariable linear(String name, SDVariable x, long out) {
            return scope.linear(name, x, Kind.DENSE, out);
        }

        /** Two linear maps with a silu between them, in full precision. */
        SDVariable embedder(String name, SDVariable x, Kind last) {
            Scope exact = scope.exact();
            SDVariable hidden = graph.nn().swish(exact.linear(name + ".in_layer", x, Kind.DENSE, wide));
            SDVariable y = exact.linear(name + ".out_layer", hidden, last, wide);
            scope.observe(name, y);
            return y;
        }

        SDVariable numberEmbedder(String name, SDVariable number, Kind last) {
            SDVariable features = sinusoids.of(number);
            scope.observe(name + ".sinusoids", features);
            return embedder(name, features, last);
        }

        /** The embedding of times, guidance weight and pooled text, [N,h]. */
        SDVariable embedding(Tokens in) {
            SDVariable sum = numberEmbedder(TIME, in.time(), Kind.DENSE);
            if (config.guidanceEmbed()) {
                if (in.guidance() == null) {
                    throw new IllegalArgumentException(
                            "cannot evaluate a FLUX transformer with guidance-embed = true without guidance weights");
                }
                sum = sum.add(numberEmbedder("guidance_in", in.guidance(), Kind.DENSE));
            }
            sum = sum.add(embedder("vector_in", in.pooled(), Kind.DENSE));
            if (flowMap) {
                sum = sum.add(numberEmbedder(TARGET, in.target(), Kind.BIAS));
            }
            scope.observe("vec", sum);
            return sum;
        }

        /** Shifts, scales and gates of a block, [N,1,h] each. They start at zero (adaLN-Zero, Peebles and Xie 2023). */
        List<SDVariable> modulation(String name, int parts) {
            SDVariable all = scope.linear(name, modulator, Kind.BIAS, parts * wide);
            scope.observe(name, all);
            int n = (int) scope.shape(all)[0];
            List<SDVariable> modulation = new ArrayList<>();
            for (int part = 0; part < parts; part++) {
                SDVariable one = graph.slice(all, new int[] {0, (int) (part * wide)}, n, (int) wide);
                modulation.add(scope.reshape(one, n, 1, wide));
            }
            return modulation;
        }

        /** (1 + scale) LN(x) + shift. */
        SDVariable modulated(SDVariable x, SDVariable shift, SDVariable scale) {
            return layers.layerNorm(x, NORM_EPSILON).mul(scale.add(1)).add(shift);
        }

        SDVariable mlp(String name, SDVariable x) {
            SDVariable y = linear(name + ".2", layers.geluTanh(linear(name + ".0", x, config.mlpSize())), wide);
            scope.observe(name, y);
            return y;
        }

        /** [N,tokens,h] as [N*H,tokens,D]. */
        SDVariable split(SDVariable x) {
            long[] shape = scope.shape(x);
            return layers.heads(scope.reshape(x, shape[0] * shape[1], wide), shape[0], heads);
        }

        /** Normalised over the channels of a head, times a scale for each channel. */
        SDVariable unit(String norm, SDVariable x, double factor) {
            SDVariable scale = scope.parameter(norm + ".scale", Kind.SCALE, perHead);
            return layers.rmsNorm(x, NORM_EPSILON).mul(scale.mul(factor));
        }

        Heads heads(String norm, List<SDVariable> parts, Rotation rotation) {
            SDVariable q = unit(norm + ".query_norm", split(parts.get(0)), 1 / Math.sqrt(perHead));
            SDVariable k = unit(norm + ".key_norm", split(parts.get(1)), 1);
            return new Heads(q, sinusoids.rotated(q, rotation), sinusoids.rotated(k, rotation), split(parts.get(2)));
        }

        /** softmax(q k') v, [N,tokens of q,h]. */
        SDVariable attention(SDVariable q, SDVariable k, SDVariable v) {
            long tokens = scope.shape(q)[1];
            long n = scope.shape(q)[0] / heads;
            SDVariable mixed = layers.attend(layers.scores(q, k), v);
            return scope.reshape(layers.joined(mixed, n, heads), n, tokens, wide);
        }

        private SDVariable joined(SDVariable text, SDVariable image) {
            return graph.concat(1, text, image);
        }

        /** Queries, keys and values of one of the two streams of a double block. */
        Heads stream(String name, SDVariable z, List<SDVariable> m, Rotation rotation) {
            SDVariable u = modulated(z, m.get(0), m.get(1));
            List<SDVariable> parts = scope.linear(name + "_attn.qkv", u, Kind.DENSE, qkv);
            scope.observe(name + "_attn.qkv", () -> graph.concat(2, parts.toArray(SDVariable[]::new)));
            return heads(name + "_attn.norm", parts, rotation);
        }

        /** What follows the attention in one of the two streams of a double block. */
        SDVariable rest(String name, SDVariable z, List<SDVariable> m, SDVariable attended) {
            SDVariable projected = linear(name + "_attn.proj", attended, wide);
            scope.observe(name + "_attn.proj", projected);
            SDVariable y = z.add(projected.mul(m.get(2)));
            y = y.add(mlp(name + "_mlp", modulated(y, m.get(3), m.get(4))).mul(m.get(5)));
            scope.observe(name, y);
            return y;
        }

        /** A block in which text and image have weights of their own; each token attends to all. */
        Both doubleBlock(int index, Both z, Rotation text, Rotation image) {
            try (var names = scope.shapes().block()) {
                String block = "double_blocks." + index;
                List<SDVariable> mi = modulation(block + ".img_mod.lin", 6);
                List<SDVariable> mt = modulation(block + ".txt_mod.lin", 6);
                Heads i = stream(block + ".img", z.image(), mi, image);
                Heads t = stream(block + ".txt", z.text(), mt, text);
                SDVariable k = joined(t.k(), i.k());
                SDVariable v = joined(t.v(), i.v());
                SDVariable ai = attention(i.q(), k, v);
                SDVariable at = attention(t.q(), k, v);
                scope.observe(
                        block + ".q_norm", () -> joined(t.unit(), i.unit()).mul(Math.sqrt(perHead)));
                scope.observe(block + ".q_rope", () -> joined(t.q(), i.q()).mul(Math.sqrt(perHead)));
                scope.observe(block + ".k_rope", k);
                scope.observe(block + ".v", v);
                scope.observe(block + ".attention", () -> joined(at, ai));
                return new Both(rest(block + ".txt", z.text(), mt, at), rest(block + ".img", z.image(), mi, ai));
            }
        }

        /** A block on text and image together, whose MLP runs beside the attention. */
        SDVariable singleBlock(int index, SDVariable z, Rotation rotation) {
            try (var names = scope.shapes().block()) {
                String block = "single_blocks." + index;
                List<SDVariable> m = modulation(block + ".modulation.lin", 3);
                List<Part> parts = new ArrayList<>(qkv);
                parts.add(new Part("mlp", config.mlpSize()));
                SDVariable u = modulated(z, m.get(0), m.get(1));
                List<SDVariable> linear1 = scope.linear(block + ".linear1", u, Kind.DENSE, parts);
                Heads head = heads(block + ".norm", linear1, rotation);
                SDVariable attended = attention(head.q(), head.k(), head.v());
                SDVariable both = graph.concat(2, attended, layers.geluTanh(linear1.get(3)));
                SDVariable y = linear(block + ".linear2", both, wide);
                scope.observe(block + ".linear1", () -> graph.concat(2, linear1.toArray(SDVariable[]::new)));
                scope.observe(block + ".q_norm", () -> head.unit().mul(Math.sqrt(perHead)));
                scope.observe(block + ".q_rope", () -> head.q().mul(Math.sqrt(perHead)));
                scope.observe(block + ".k_rope", head.k());
                scope.observe(block + ".v", head.v());
                scope.observe(block + ".attention", attended);
                scope.observe(block + ".linear2", y);
                SDVariable out = z.add(y.mul(m.get(2)));
                scope.observe(block, out);
                return out;
            }
        }

        /** The velocity from the image tokens, [N,L,4C]. */
        SDVariable finalLayer(SDVariable z) {
            List<SDVariable> m = modulation("final_layer.adaLN_modulation.1", 2);
            SDVariable norm = layers.layerNorm(z, NORM_EPSILON);
            scope.observe("final.norm", norm);
            SDVariable u = norm.mul(m.get(1).add(1)).add(m.get(0));
            long side = config.patchSize();
            return scope.linear("final_layer.linear", u, Kind.BIAS, side * side * channels);
        }

        /** Tokens of the text. Words have a learned embedding of their places; T5's output has them in it. */
        private SDVariable text(Tokens in) {
            SDVariable text = linear("txt_in", in.text(), wide);
            if (!condition.has(ConditionShape.WORDS)) {
                return text;
            }
            long places = in.textPositions().length;
            return text.add(scope.reshape(scope.parameter("txt_position", Kind.BIAS, places, wide), 1, places, wide));
        }

        SDVariable network(Tokens in) {
            modulator = graph.nn().swish(embedding(in));
            var z = new Both(text(in), linear("img_in", in.image(), wide));
            scope.observe("txt_in", z.text());
            scope.observe("img_in", z.image());
            var text = sinusoids.rotation(config, in.textPositions());
            var image = sinusoids.rotation(config, in.imagePositions());
            for (int i = 0; i < config.depth(); i++) {
                z = doubleBlock(i, z, text, image);
            }
            SDVariable all = joined(z.text(), z.image());
            var rotation = sinusoids.rotation(config, in.textPositions(), in.imagePositions());
            for (int i = 0; i < config.depthSingleBlocks(); i++) {
                all = singleBlock(i, all, rotation);
            }
            long[] shape = scope.shape(all);
            int tokens = in.imagePositions().length;
            int[] begin = {0, in.textPositions().length, 0};
            return finalLayer(graph.slice(all, begin, (int) shape[0], tokens, (int) wide));
        }
    }
}
