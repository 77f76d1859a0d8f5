package io.flowmap.nn.vae;

import io.flowmap.graph.Shapes;
import io.flowmap.nn.Layers;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.Parameter.Kind;
import io.flowmap.nn.Scope;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The convolutional autoencoder of FLUX.1 (BFL's {@code autoencoder.py}, diffusers' AutoencoderKL): residual blocks with group
 * normalisation, one self-attention in the middle of either half, no quantising convolutions. Array names are BFL's, in which {@code
 * decoder.up} is counted from the image on.
 */
public final class Autoencoder {
    /** Channels of an image. */
    public static final int COLOURS = 3;

    private static final double EPSILON = 1e-6;
    /** Most attention scores that are held at once; the queries of a large image attend in portions. */
    private static final long MOST_SCORES = 1L << 24;

    private final AutoencoderConfig config;

    public Autoencoder(AutoencoderConfig config) {
        this.config = config;
    }

    /** Sizes of the network. */
    public AutoencoderConfig config() {
        return config;
    }

    /** Emits the moments [N,h,w,2c], mean and logvar, of images [N,H,W,3] in [-1, 1]; sides are multiples of the factor. */
    public SDVariable moments(Scope scope, SDVariable image) {
        return new Emission(scope).encoder(image);
    }

    /** Emits the latents z = scale (mean - shift), [N,h,w,c], of images [N,H,W,3] in [-1, 1]. */
    public SDVariable encode(Scope scope, SDVariable image) {
        var moments = moments(scope, image);
        long[] shape = scope.shape(moments);
        var mean = scope.graph()
                .slice(moments, new int[4], (int) shape[0], (int) shape[1], (int) shape[2], config.latents());
        return mean.sub(config.shift()).mul(config.scale());
    }

    /** Emits the images [N,H,W,3], in [-1, 1] but not clipped, of latents z [N,h,w,c]. */
    public SDVariable decode(Scope scope, SDVariable latents) {
        return new Emission(scope).decoder(latents.mul(1 / config.scale()).add(config.shift()));
    }

    /** All arrays in the order of use, as declared in a dry run. */
    public List<Parameter> parameters() {
        var declared = new ArrayList<Parameter>();
        try (var shapes = new Shapes(SameDiff.create())) {
            var scope = Scope.trained(shapes, DataType.FLOAT, "");
            int side = config.factor();
            moments(scope, scope.graph().placeHolder("image", DataType.FLOAT, 1, side, side, COLOURS));
            decode(scope, scope.graph().placeHolder("latents", DataType.FLOAT, 1, 1, 1, config.latents()));
            declared.addAll(scope.declared());
        }
        return declared;
    }

    /** The network's layers in a scope, bottom-up. */
    private final class Emission {
        private final Scope scope;
        private final Layers layers;

        Emission(Scope scope) {
            this.scope = scope;
            this.layers = new Layers(scope);
        }

        private long channels(SDVariable x) {
            return scope.shape(x)[3];
        }

        /** swish(group normalisation(x)). */
        private SDVariable activated(String name, SDVariable x) {
            return scope.graph().nn().swish(norm(name, x));
        }

        private SDVariable norm(String name, SDVariable x) {
            long c = channels(x);
            var gain = scope.parameter(name + ".weight", Kind.DENSE, c);
            return layers.groupNorm(x, config.groups(), EPSILON, gain, scope.parameter(name + ".bias", Kind.BIAS, c));
        }

        /** 3x3 convolution with bias. */
        private SDVariable conv(String name, SDVariable x, long out) {
            return conv(name, x, out, 1, 1);
        }

        private SDVariable conv(String name, SDVariable x, long out, int stride, int pad) {
            var weight = scope.parameter(name + ".weight", Kind.DENSE, out, channels(x), 3, 3);
            return layers.conv(x, weight, scope.parameter(name + ".bias", Kind.BIAS, out), stride, pad, pad);
        }

        /** 1x1 convolution with bias. */
        private SDVariable mix(String name, SDVariable x, long out) {
            var weight = scope.parameter(name + ".weight", Kind.DENSE, out, channels(x), 1, 1);
            return layers.mix(x, weight).add(scope.parameter(name + ".bias", Kind.BIAS, out));
        }

        /** x + conv swish norm conv swish norm x, with a 1x1 convolution of x where the number of channels changes. */
        SDVariable residual(String name, SDVariable x, long out) {
            try (var names = scope.shapes().nameScope()) {
                var y = conv(name + ".conv1", activated(name + ".norm1", x), out);
                y = conv(name + ".conv2", activated(name + ".norm2", y), out);
                return seen(name, (channels(x) == out ? x : mix(name + ".nin_shortcut", x, out)).add(y));
            }
        }

        /** x + proj_out(softmax(q k' / sqrt(C)) v): one head over all pixels. */
        SDVariable attention(String name, SDVariable x) {
            try (var names = scope.shapes().nameScope()) {
                long[] in = scope.shape(x);
                long c = in[3];
                long pixels = in[1] * in[2];
                var normed = norm(name + ".norm", x);
                var q = scope.reshape(mix(name + ".q", normed, c), in[0], pixels, c)
                        .mul(1 / Math.sqrt(c));
                var k = scope.reshape(mix(name + ".k", normed, c), in[0], pixels, c);
                var v = scope.reshape(mix(name + ".v", normed, c), in[0], pixels, c);
                var mixed = scope.reshape(attended(q, k, v), in);
                return seen(name, x.add(mix(name + ".proj_out", mixed, c)));
            }
        }

        private SDVariable attended(SDVariable q, SDVariable k, SDVariable v) {
            long[] shape = scope.shape(q);
            int pixels = (int) shape[1];
            int portion = (int) Math.max(1, Math.min(pixels, MOST_SCORES / (shape[0] * pixels)));
            SDVariable all = null;
            for (int from = 0; from < pixels; from += portion) {
                int count = Math.min(portion, pixels - from);
                var queries = count == pixels
                        ? q
                        : scope.graph().slice(q, new int[] {0, from, 0}, (int) shape[0], count, (int) shape[2]);
                var part = layers.attend(layers.scores(queries, k), v);
                all = all == null ? part : scope.graph().concat(1, all, part); // frees the part's memory for the next
            }
            return all;
        }

        private SDVariable middle(String name, SDVariable x) {
            long c = channels(x);
            var y = attention(name + ".attn_1", residual(name + ".block_1", x, c));
            return residual(name + ".block_2", y, c);
        }

        /** Halves the sides: a row of zeros below, a column on the right, 3x3 convolution with stride 2. */
        SDVariable halved(String name, SDVariable x) {
            long[] in = scope.shape(x);
            var graph = scope.graph();
            var taller = graph.concat(1, x, graph.zero(null, scope.type(), in[0], 1, in[2], in[3]));
            var padded = graph.concat(2, taller, graph.zero(null, scope.type(), in[0], in[1] + 1, 1, in[3]));
            return seen(name, conv(name + ".conv", padded, in[3], 2, 0));
        }

        /** Doubles the sides: nearest pixels, then a 3x3 convolution. */
        SDVariable doubled(String name, SDVariable x) {
            return seen(name, conv(name + ".conv", layers.doubled(x), channels(x)));
        }

        SDVariable encoder(SDVariable image) {
            var x = seen("encoder.conv_in", conv("encoder.conv_in", image, config.width()));
            for (int level = 0; level < config.levels(); level++) {
                var name = "encoder.down." + level;
                for (int block = 0; block < config.blocks(); block++) {
                    x = residual(name + ".block." + block, x, config.channels(level));
                }
                x = level == config.levels() - 1 ? x : halved(name + ".downsample", x);
            }
            x = middle("encoder.mid", x);
            x = scope.graph().nn().swish(seen("encoder.norm_out", norm("encoder.norm_out", x)));
            return conv("encoder.conv_out", x, 2L * config.latents());
        }

        SDVariable decoder(SDVariable latents) {
            int last = config.levels() - 1;
            var x = seen("decoder.conv_in", conv("decoder.conv_in", latents, config.channels(last)));
            x = middle("decoder.mid", x);
            for (int level = last; level >= 0; level--) {
                var name = "decoder.up." + level;
                for (int block = 0; block <= config.blocks(); block++) {
                    x = residual(name + ".block." + block, x, config.channels(level));
                }
                x = level == 0 ? x : doubled(name + ".upsample", x);
            }
            x = scope.graph().nn().swish(seen("decoder.norm_out", norm("decoder.norm_out", x)));
            return conv("decoder.conv_out", x, COLOURS);
        }

        private SDVariable seen(String name, SDVariable x) {
            scope.observe(name, x);
            return x;
        }
    }
}
