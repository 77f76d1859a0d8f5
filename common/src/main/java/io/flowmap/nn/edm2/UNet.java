package io.flowmap.nn.edm2;

import static io.flowmap.nn.edm2.MagnitudePreserving.SILU_MAGNITUDE;
import static io.flowmap.nn.edm2.MagnitudePreserving.sumGain;

import io.flowmap.graph.Pooling;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Layers;
import io.flowmap.nn.Network;
import io.flowmap.nn.Parameter.Kind;
import io.flowmap.nn.Scope;
import io.flowmap.nn.TimeEmbedding;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * EDM2's magnitude-preserving UNet ("Analyzing and Improving the Training Dynamics of Diffusion Models", Karras et al. 2024, configuration
 * G) on activations [N,H,W,C]. The file starts with the smallest layers.
 *
 * <p>The network of a flow map adds embeddings of the target time s and the guidance weight. Their gains start at zero, so it starts as the
 * network without them.
 */
public final class UNet implements Network, TimeEmbedding {
    private static final String LAST = "out_conv.weight";
    private static final int WORD_CHANNELS = 32;
    /** Hidden width of the text's layers over the embedding's. */
    private static final int TEXT_WIDTH = 2;

    private static final String FOURIER = "emb_fourier";
    private static final String LABEL = "emb_label";
    /** Embeddings of words, and three layers on those of a caption. Not EDM2's. */
    private static final List<String> TEXT = List.of("emb_word", "emb_text0", "emb_text1", "emb_text2");

    private static final List<String> FLOW_MAP_INPUTS = List.of("emb_target", "emb_guidance");
    private final UNetConfig config;
    private final int channels;
    private final int height;
    private final int width;
    private final ConditionShape condition;
    private final boolean flowMap;

    /**
     * @param sample shape [C,H,W] of a sample; H appears in the names of the levels, whatever the size of the samples that it is applied to
     * @param condition conditions of the data; the network uses the class and the words of a caption
     * @param flowMap whether the network has the embeddings of target time and guidance weight
     */
    public UNet(UNetConfig config, long[] sample, ConditionShape condition, boolean flowMap) {
        this.config = config;
        this.channels = (int) sample[0];
        this.height = (int) sample[1];
        this.width = (int) sample[2];
        this.condition = condition.only(List.of(ConditionShape.CLASS, ConditionShape.WORDS));
        this.flowMap = flowMap;
        config.requireFits(height, width);
    }

    @Override
    public long[] sample() {
        return new long[] {height, width, channels};
    }

    @Override
    public long[] smallest() {
        long side = 1L << config.levels() - 1;
        return new long[] {side, side, channels};
    }

    /** Levels keep the names and the attention that they have for {@link #sample()}. */
    @Override
    public void requireTakes(long... other) {
        config.requireHalves((int) other[0], (int) other[1]);
        if (other[2] != channels) {
            throw new IllegalArgumentException("expected samples of " + channels + " channels, got " + other[2]);
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
    public boolean isLate(String name) {
        return FLOW_MAP_INPUTS.stream().anyMatch(name::startsWith);
    }

    @Override
    public String lastLayer() {
        return LAST;
    }

    @Override
    public SDVariable apply(Scope scope, Input input) {
        return new Emission(scope).network(input);
    }

    @Override
    public SDVariable of(Scope scope, SDVariable noise) {
        return new Emission(scope).noiseEmbedding(noise);
    }

    @Override
    public String frequencies() {
        return FOURIER + ".freqs";
    }

    @Override
    public String phases() {
        return FOURIER + ".phases";
    }

    @Override
    public String weight() {
        return "emb_noise.weight";
    }

    /** The order of EDM2's state dict, followed by the flow map's embeddings. */
    @Override
    public List<String> order() {
        var names = new ArrayList<>(List.of("out_gain", frequencies(), phases(), weight()));
        if (condition.classes() > 0) {
            names.add(LABEL + ".weight");
        }
        if (condition.has(ConditionShape.WORDS)) {
            TEXT.forEach(layer -> names.add(layer + ".weight"));
        }
        encoder().forEach(block -> names.addAll(block.order()));
        decoder().forEach(block -> names.addAll(block.order()));
        names.add(LAST);
        for (var input : flowMap ? FLOW_MAP_INPUTS : List.<String>of()) {
            names.addAll(
                    List.of(input + ".gain", input + "_fourier.freqs", input + "_fourier.phases", input + ".weight"));
        }
        return names;
    }

    private enum Flavor {
        /** Plain convolution of the image. */
        INPUT,
        /** Skip convolution first, then pixel normalisation. */
        ENCODER,
        DECODER
    }

    private enum Resample {
        KEEP,
        DOWN,
        UP
    }

    /**
     * One entry of the encoder or decoder.
     *
     * @param name prefix of its parameters in EDM2's state dict, e.g. {@code dec.8x8_in0}
     * @param resample resampling on entry
     * @param in input channels, in the decoder including the skip
     * @param skip channels of the concatenated encoder output, 0 = none
     * @param out output channels
     * @param heads attention heads, 0 = no attention
     */
    private record Block(String name, Flavor flavor, Resample resample, int in, int skip, int out, int heads) {
        boolean hasSkipConvolution() {
            return in != out;
        }

        List<String> order() {
            if (flavor == Flavor.INPUT) {
                return List.of(name + ".weight");
            }
            var names = new ArrayList<>(List.of(
                    name + ".emb_gain",
                    name + ".conv_res0.weight",
                    name + ".emb_linear.weight",
                    name + ".conv_res1.weight"));
            if (hasSkipConvolution()) {
                names.add(name + ".conv_skip.weight");
            }
            if (heads > 0) {
                names.addAll(List.of(name + ".attn_qkv.weight", name + ".attn_proj.weight"));
            }
            return names;
        }
    }

    /** The blocks of the encoder, from the image on. */
    private List<Block> encoder() {
        List<Block> blocks = new ArrayList<>();
        int out = channels + 1;
        for (int level = 0; level < config.levels(); level++) {
            int resolution = height >> level;
            String prefix = "enc." + resolution + "x" + resolution + "_";
            int wide = config.channels(level);
            if (level == 0) {
                blocks.add(new Block(prefix + "conv", Flavor.INPUT, Resample.KEEP, out, 0, wide, 0));
                out = wide;
            } else {
                blocks.add(new Block(prefix + "down", Flavor.ENCODER, Resample.DOWN, out, 0, out, 0));
            }
            for (int i = 0; i < config.numBlocks(); i++) {
                int heads = config.heads(resolution, wide);
                blocks.add(new Block(prefix + "block" + i, Flavor.ENCODER, Resample.KEEP, out, 0, wide, heads));
                out = wide;
            }
        }
        return blocks;
    }

    /** The blocks of the decoder, from the encoder's last output to the input of the output convolution. */
    private List<Block> decoder() {
        List<Integer> skips = new ArrayList<>(encoder().stream().map(Block::out).toList());
        List<Block> blocks = new ArrayList<>();
        int last = config.levels() - 1;
        int out = skips.get(skips.size() - 1);
        for (int level = last; level >= 0; level--) {
            int resolution = height >> level;
            String prefix = "dec." + resolution + "x" + resolution + "_";
            if (level == last) {
                int heads = out / config.channelsPerHead();
                blocks.add(new Block(prefix + "in0", Flavor.DECODER, Resample.KEEP, out, 0, out, heads));
                blocks.add(new Block(prefix + "in1", Flavor.DECODER, Resample.KEEP, out, 0, out, 0));
            } else {
                blocks.add(new Block(prefix + "up", Flavor.DECODER, Resample.UP, out, 0, out, 0));
            }
            int wide = config.channels(level);
            for (int i = 0; i <= config.numBlocks(); i++) {
                int skip = skips.remove(skips.size() - 1);
                int heads = config.heads(resolution, wide);
                blocks.add(
                        new Block(prefix + "block" + i, Flavor.DECODER, Resample.KEEP, out + skip, skip, wide, heads));
                out = wide;
            }
        }
        return blocks;
    }

    /** The network's layers in a scope, bottom-up. */
    private final class Emission {
        private final Scope scope;
        private final Layers layers;
        private final MagnitudePreserving mp;
        /** For embeddings, whose products stay in full precision. */
        private final MagnitudePreserving exact;

        Emission(Scope scope) {
            this.scope = scope;
            this.mp = new MagnitudePreserving(scope);
            this.layers = new Layers(scope);
            this.exact = new MagnitudePreserving(scope.exact());
        }

        /**
         * Self-attention with cosine-like scores. q, k and v are normalised over the channels of a head; scores are q k / sqrt(channels),
         * softmax over the keys. EDM2 stores q, k and v as the innermost index of one convolution's output channels; here its rows are
         * regrouped into three products.
         */
        SDVariable attention(Block block, SDVariable x) {
            long[] shape = scope.shape(x);
            long n = shape[0];
            long pixels = shape[1] * shape[2];
            long perHead = shape[3] / block.heads();
            SDVariable flat = scope.reshape(x, n * pixels, shape[3]);
            SDVariable qkv = regrouped(block, shape[3]);
            SDVariable q = mp.normalize(head(block, flat, qkv, 0, n), 1);
            SDVariable k = mp.normalize(head(block, flat, qkv, 1, n), 1 / Math.sqrt(perHead));
            SDVariable v = mp.normalize(head(block, flat, qkv, 2, n), 1);
            SDVariable attended = layers.attend(layers.scores(q, k), v);
            SDVariable mixed = scope.reshape(attended, n, block.heads(), pixels, perHead);
            SDVariable joined = scope.reshape(scope.graph().permute(mixed, 0, 2, 1, 3), shape);
            SDVariable y = mp.conv(block.name() + ".attn_proj", joined, sumGain(config.attnBalance()), shape[3], 1);
            return mp.sum(x, y, config.attnBalance());
        }

        /** Regroups the convolution's rows [heads, channels per head, 3, C] to [3, heads * channels per head, C]. */
        private SDVariable regrouped(Block block, long c) {
            SDVariable weight = mp.weight(block.name() + ".attn_qkv", 1, 3 * c, c, 1, 1);
            return scope.graph().permute(scope.reshape(weight, c, 3, c), 1, 0, 2);
        }

        /** One of q, k, v as [N * heads, pixels, channels per head]. */
        private SDVariable head(Block block, SDVariable flat, SDVariable qkv, int which, long n) {
            long[] shape = scope.shape(flat);
            int c = (int) shape[1];
            SDVariable weight = scope.reshape(scope.graph().slice(qkv, new int[] {which, 0, 0}, 1, c, c), c, c);
            long pixels = shape[0] / n;
            long perHead = c / block.heads();
            SDVariable split = scope.reshape(mp.linear(flat, weight), n, pixels, block.heads(), perHead);
            return scope.reshape(scope.graph().permute(split, 0, 2, 1, 3), n * block.heads(), pixels, perHead);
        }

        /** conv(silu(conv(silu(x)) * (1 + gain linear(embedding)))), scaled by the residual branch's factor of mp_sum. */
        SDVariable residual(Block block, SDVariable x, SDVariable embedding) {
            SDVariable y = mp.conv(block.name() + ".conv_res0", mp.silu(x), 1 / SILU_MAGNITUDE, block.out(), 3);
            SDVariable modulation = mp.weight(
                            block.name() + ".emb_linear", 1 / SILU_MAGNITUDE, block.out(), config.embeddingChannels())
                    .mul(scope.parameter(block.name() + ".emb_gain", Kind.GAIN));
            SDVariable c = exact.linear(embedding, modulation).add(1.0);
            long[] shape = scope.shape(y);
            y = mp.silu(y.mul(scope.reshape(c, shape[0], 1, 1, shape[3])));
            double gain = sumGain(config.resBalance()) / SILU_MAGNITUDE;
            return mp.conv(block.name() + ".conv_res1", y, gain, block.out(), 3);
        }

        SDVariable block(Block block, SDVariable input, SDVariable embedding) {
            try (var names = scope.shapes().block()) {
                if (block.flavor() == Flavor.INPUT) {
                    return mp.conv(block.name(), input, 1, block.out(), 3);
                }
                SDVariable x = resample(block, input);
                if (block.flavor() == Flavor.ENCODER) {
                    x = skip(block, x);
                    x = mp.normalize(x, 1);
                }
                SDVariable y = residual(block, x, embedding);
                x = block.flavor() == Flavor.DECODER ? skip(block, x) : x;
                x = mp.sum(x, y, config.resBalance());
                x = block.heads() > 0 ? attention(block, x) : x;
                double clip = config.clipAct();
                return clip > 0 ? scope.graph().math().clipByValue(x, -clip, clip) : x;
            }
        }

        private SDVariable skip(Block block, SDVariable x) {
            return block.hasSkipConvolution() ? mp.conv(block.name() + ".conv_skip", x, 1, block.out(), 1) : x;
        }

        private SDVariable resample(Block block, SDVariable x) {
            return switch (block.resample()) {
                case KEEP -> x;
                case DOWN -> scope.graph().cnn().avgPooling2d(x, Pooling.average(2, 2, true));
                case UP -> scope.graph().cnn().upsampling2d(x, 2, 2, false);
            };
        }

        /** The part of the embedding that depends on the noise level, [N,E]. */
        SDVariable noiseEmbedding(SDVariable noise) {
            SDVariable features = exact.fourier(noise, FOURIER, config.noiseChannels());
            SDVariable embedding = exact.linear(
                    features, exact.weight("emb_noise", 1, config.embeddingChannels(), config.noiseChannels()));
            scope.observe(FOURIER, features);
            scope.observe("emb_noise", embedding);
            return embedding;
        }

        /** silu of the embedding [N,E] of noise level and class (and target time and guidance weight), without the factor 1/0.596. */
        SDVariable embedding(Input input) {
            SDVariable embedding = noiseEmbedding(input.noise());
            if (condition.classes() > 0) {
                SDVariable rows = input.condition().get(ConditionShape.CLASS);
                SDVariable label = oneHot(LABEL, rows, sumGain(config.labelBalance()), config.embeddingChannels());
                embedding = exact.sum(embedding, label, config.labelBalance());
            }
            if (condition.has(ConditionShape.WORDS)) {
                embedding =
                        exact.sum(embedding, text(input.condition().get(ConditionShape.WORDS)), config.labelBalance());
            }
            if (flowMap) {
                embedding = embedding.add(gated("emb_target", input.target()));
                embedding = embedding.add(gated("emb_guidance", input.guidance()));
            }
            return exact.silu(embedding);
        }

        /** A linear map of one-hot rows [M,V], whose fan-in is not V but 1. */
        private SDVariable oneHot(String name, SDVariable rows, double gain, long out) {
            long known = scope.shape(rows)[1];
            return exact.linear(rows, exact.weight(name, gain * Math.sqrt(known), out, known));
        }

        /** An MLP on the words' embeddings in their order, [N,T,V] to [N,E]; zero for a caption without words. */
        private SDVariable text(SDVariable words) {
            long[] shape = scope.shape(words);
            long wide = TEXT_WIDTH * config.embeddingChannels();
            SDVariable rows = scope.reshape(words, shape[0] * shape[1], shape[2]);
            SDVariable x =
                    scope.reshape(oneHot(TEXT.get(0), rows, 1, WORD_CHANNELS), shape[0], shape[1] * WORD_CHANNELS);
            x = exact.silu(exact.linear(x, exact.weight(TEXT.get(1), 1, wide, scope.shape(x)[1])));
            x = exact.silu(exact.linear(x, exact.weight(TEXT.get(2), 1 / SILU_MAGNITUDE, wide, wide)));
            double gain = sumGain(config.labelBalance()) / SILU_MAGNITUDE;
            return exact.linear(x, exact.weight(TEXT.get(3), gain, config.embeddingChannels(), wide));
        }

        private SDVariable gated(String name, SDVariable value) {
            SDVariable weight = exact.weight(name, 1, config.embeddingChannels(), config.noiseChannels())
                    .mul(scope.parameter(name + ".gain", Kind.GAIN));
            return exact.linear(exact.fourier(value, name + "_fourier", config.noiseChannels()), weight);
        }

        SDVariable network(Input input) {
            SDVariable embedding = embedding(input);
            long[] shape = scope.shape(input.x()).clone();
            shape[3] = 1;
            SDVariable ones = scope.graph().constant(Nd4j.ones(scope.type(), shape));
            SDVariable x = scope.graph().concat(3, input.x(), ones);
            Deque<SDVariable> skips = new ArrayDeque<>();
            for (Block block : encoder()) {
                x = block(block, x, embedding);
                skips.push(x);
                scope.observe(block.name(), x);
            }
            for (Block block : decoder()) {
                x = block.skip() > 0 ? mp.cat(x, skips.pop(), config.concatBalance()) : x;
                x = block(block, x, embedding);
                scope.observe(block.name(), x);
            }
            SDVariable weight = mp.weight("out_conv", 1, channels, scope.shape(x)[3], 3, 3);
            return layers.conv(x, weight.mul(scope.parameter("out_gain", Kind.GAIN)), 1);
        }
    }
}
