package io.flowmap.nn.text;

import io.flowmap.checkpoint.foreign.ConfigFile;
import io.flowmap.config.UserError;
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
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The encoder of T5 v1.1 (Raffel et al. 2020; Shazeer 2020, "GLU variants"), with the array names of transformers: RMS normalisation
 * before each layer, attention without scaling but with a bias by relative position, shared by all layers, and a gated GELU. Every token is
 * attended to, padding too, as FLUX does.
 */
public final class T5Encoder {
    /** Embedding of the tokens [V,D], which the caller looks up. */
    public static final String TABLE = "shared.weight";

    /** A second name of the table in some files. */
    private static final String TIED_TABLE = "encoder.embed_tokens.weight";

    private final Config config;

    /**
     * Sizes of the encoder.
     *
     * @param vocabulary number of tokens V
     * @param width D of the embeddings
     * @param headWidth width of a head; heads times this need not be D
     * @param inner width of the feed-forward layer
     * @param buckets number of relative positions that are told apart, both directions together
     * @param farthest distance from which on all positions are equal
     * @param padding token that fills a caption up
     */
    public record Config(
            int vocabulary,
            int width,
            int layers,
            int heads,
            int headWidth,
            int inner,
            int buckets,
            int farthest,
            double epsilon,
            int padding) {
        public Config {
            if (buckets < 4 || buckets % 4 != 0 || farthest <= buckets / 4) {
                throw new IllegalArgumentException("expected a multiple of 4 as number of relative positions and a"
                        + " distance beyond a quarter of it, got " + buckets + " and " + farthest);
            }
        }

        /** Reads {@code config.json} of transformers. Throws {@link UserError} for another kind of encoder. */
        public static Config of(ConfigFile file) {
            file.require("model_type", "t5", "t5");
            file.require("feed_forward_proj", "gated-gelu", "relu");
            try {
                return new Config(
                        file.count("vocab_size"),
                        file.count("d_model"),
                        file.count("num_layers"),
                        file.count("num_heads"),
                        file.count("d_kv"),
                        file.count("d_ff"),
                        file.count("relative_attention_num_buckets"),
                        file.count("relative_attention_max_distance"),
                        file.positive("layer_norm_epsilon"),
                        file.integer("pad_token_id"));
            } catch (IllegalArgumentException e) {
                throw new UserError("cannot read " + file.name() + ": " + e.getMessage(), e);
            }
        }
    }

    public T5Encoder(Config config) {
        this.config = config;
    }

    /** Emits the last hidden state [N,T,D] of embedded tokens [N,T,D]. */
    public SDVariable apply(Scope scope, SDVariable embedded) {
        return new Emission(scope, scope.shape(embedded)).network(embedded);
    }

    /** All arrays: the table, and the others in the order of use, as declared in a dry run. */
    public List<Parameter> parameters() {
        var declared = new ArrayList<Parameter>();
        declared.add(new Parameter(TABLE, new long[] {config.vocabulary(), config.width()}, Kind.DENSE));
        try (var shapes = new Shapes(SameDiff.create())) {
            var scope = Scope.trained(shapes, DataType.FLOAT, "");
            apply(scope, scope.graph().placeHolder("embedded", DataType.FLOAT, 1, 1, config.width()));
            declared.addAll(scope.declared());
        }
        return declared;
    }

    /** The parameter of an array in a file. The table may have either of its names. */
    public static String parameter(String array) {
        return array.equals(TIED_TABLE) ? TABLE : array;
    }

    /**
     * Bucket of a relative position, key minus query: half of the buckets for keys behind the query, and of either half one for each
     * distance up to a half of it, the rest in logarithmic steps up to {@code farthest}.
     */
    public static int bucket(int relative, int buckets, int farthest) {
        int half = buckets / 2;
        int exact = half / 2;
        int distance = Math.abs(relative);
        int direction = relative > 0 ? half : 0;
        if (distance < exact) {
            return direction + distance;
        }
        // in float32, as transformers does: the steps at powers of two depend on it
        float share = (float) Math.log((float) distance / exact) / (float) Math.log((double) farthest / exact);
        return direction + Math.min(half - 1, exact + (int) (share * (half - exact)));
    }

    /** The network's layers in a scope, bottom-up. Activations are [N T, D]. */
    private final class Emission {
        private final Scope scope;
        private final Layers layers;
        private final long n;
        private final long tokens;

        Emission(Scope scope, long[] shape) {
            this.scope = scope;
            this.layers = new Layers(scope);
            this.n = shape[0];
            this.tokens = shape[1];
        }

        private SDVariable norm(String name, SDVariable x) {
            var gain = scope.parameter(name + ".weight", Kind.DENSE, config.width());
            return layers.rmsNorm(x, config.epsilon()).mul(gain);
        }

        private SDVariable linear(String name, SDVariable x, long out) {
            return layers.linear(x, scope.parameter(name + ".weight", Kind.DENSE, out, scope.shape(x)[1]));
        }

        /**
         * Bias of each head, query and key [1,H,T,T], which depends on key minus query alone. With r of length 2T holding the bias of
         * relative position p at p mod 2T, row i of the bias is r rotated by i. It is read off from T copies of r laid end to end in rows of
         * length 2T - 1.
         */
        SDVariable positionBias() {
            int period = 2 * (int) tokens;
            int heads = config.heads();
            INDArray chosen = Nd4j.zeros(scope.type(), period, config.buckets());
            for (int p = 0; p < period; p++) {
                int relative = p < tokens ? p : p - period;
                chosen.putScalar(p, bucket(relative, config.buckets(), config.farthest()), 1);
            }
            var table = scope.parameter(
                    "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                    Kind.DENSE,
                    config.buckets(),
                    heads);
            var graph = scope.graph();
            var r = graph.permute(graph.mmul(graph.constant(chosen), table), 1, 0);
            var copies = scope.reshape(r, heads, 1, period).add(graph.zero(null, scope.type(), heads, tokens, period));
            var line = scope.reshape(copies, heads, tokens * period);
            var cut = graph.slice(line, new int[2], heads, (int) tokens * (period - 1));
            var rows = scope.reshape(cut, heads, tokens, period - 1);
            return scope.reshape(
                    graph.slice(rows, new int[3], heads, (int) tokens, (int) tokens), 1, heads, tokens, tokens);
        }

        SDVariable attention(String name, SDVariable x, SDVariable bias) {
            long heads = config.heads();
            long inner = heads * config.headWidth();
            var q = layers.heads(linear(name + ".q", x, inner), n, heads);
            var k = layers.heads(linear(name + ".k", x, inner), n, heads);
            var v = layers.heads(linear(name + ".v", x, inner), n, heads);
            var scores =
                    scope.reshape(layers.scores(q, k), n, heads, tokens, tokens).add(bias);
            var mixed = layers.attend(scope.reshape(scores, n * heads, tokens, tokens), v);
            return linear(name + ".o", layers.joined(mixed, n, heads), config.width());
        }

        /** wo (gelu(wi_0 x) * wi_1 x). */
        SDVariable feedForward(String name, SDVariable x) {
            var gate = layers.geluTanh(linear(name + ".wi_0", x, config.inner()));
            return linear(name + ".wo", gate.mul(linear(name + ".wi_1", x, config.inner())), config.width());
        }

        SDVariable block(String name, SDVariable x, SDVariable bias) {
            try (var names = scope.shapes().nameScope()) {
                var normed = norm(name + ".layer.0.layer_norm", x);
                var y = x.add(attention(name + ".layer.0.SelfAttention", normed, bias));
                return y.add(feedForward(name + ".layer.1.DenseReluDense", norm(name + ".layer.1.layer_norm", y)));
            }
        }

        SDVariable network(SDVariable embedded) {
            var bias = positionBias();
            var x = scope.reshape(embedded, n * tokens, config.width());
            for (int i = 0; i < config.layers(); i++) {
                x = block("encoder.block." + i, x, bias);
            }
            return scope.reshape(norm("encoder.final_layer_norm", x), n, tokens, config.width());
        }
    }
}
