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
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The text encoder of CLIP (Radford et al. 2021), with the array names of transformers: layer normalisation before each layer, attention to
 * the tokens so far. A caption's pooled output is its last hidden state at the first end token, without projection.
 */
public final class ClipText {
    /** Embedding of the tokens [V,D], which the caller looks up. */
    public static final String TABLE = "text_model.embeddings.token_embedding.weight";

    /** Arrays that some files have and this encoder has no use for. */
    private static final List<String> UNUSED =
            List.of("text_model.embeddings.position_ids", "text_projection.weight", "logit_scale");
    /** Score of a token that comes later: its weight is 0 in any type. */
    private static final double NEVER = -1e30;

    private final Config config;

    /** Activations of the feed-forward layers. */
    public enum Activation {
        /** x sigmoid(1.702 x). */
        QUICK_GELU,
        /** x (1 + erf(x / sqrt(2))) / 2. */
        GELU;

        private static final Map<String, Activation> NAMES = Map.of("quick_gelu", QUICK_GELU, "gelu", GELU);
        private static final double QUICK = 1.702;

        SDVariable of(SDVariable x) {
            var graph = x.getSameDiff();
            return this == QUICK_GELU
                    ? x.mul(graph.nn().sigmoid(x.mul(QUICK)))
                    : x.mul(graph.math().erf(x.mul(1 / Math.sqrt(2))).add(1)).mul(0.5);
        }
    }

    /**
     * Sizes of the encoder.
     *
     * @param vocabulary number of tokens V
     * @param positions largest number of tokens of a caption
     * @param width D of the embeddings, a multiple of the heads
     * @param inner width of the feed-forward layer
     */
    public record Config(
            int vocabulary,
            int positions,
            int width,
            int layers,
            int heads,
            int inner,
            Activation activation,
            double epsilon) {
        public Config {
            if (width % heads != 0) {
                throw new IllegalArgumentException(
                        "expected a width that is a multiple of " + heads + " heads, got " + width);
            }
        }

        /** Reads {@code config.json} of transformers. Throws {@link UserError} for another kind of encoder. */
        public static Config of(ConfigFile file) {
            file.require("model_type", "clip_text_model", "clip_text_model");
            var activation = Activation.NAMES.get(file.text("hidden_act"));
            if (activation == null) {
                throw file.mistake(
                        "hidden_act",
                        "one of " + Activation.NAMES.keySet(),
                        file.values().get("hidden_act"));
            }
            try {
                return new Config(
                        file.count("vocab_size"),
                        file.count("max_position_embeddings"),
                        file.count("hidden_size"),
                        file.count("num_hidden_layers"),
                        file.count("num_attention_heads"),
                        file.count("intermediate_size"),
                        activation,
                        file.positive("layer_norm_eps"));
            } catch (IllegalArgumentException e) {
                throw new UserError("cannot read " + file.name() + ": " + e.getMessage(), e);
            }
        }
    }

    public ClipText(Config config) {
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

    /** The parameter of an array in a file, null for an array without use. */
    public static String parameter(String array) {
        return UNUSED.contains(array) ? null : array;
    }

    /** Position of a caption's end: that of the highest token, at its first place. */
    public static int end(long[] tokens) {
        int end = 0;
        for (int i = 1; i < tokens.length; i++) {
            end = tokens[i] > tokens[end] ? i : end;
        }
        return end;
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
            var bias = scope.parameter(name + ".bias", Kind.BIAS, config.width());
            return layers.layerNorm(x, config.epsilon()).mul(gain).add(bias);
        }

        private SDVariable linear(String name, SDVariable x, long out) {
            var weight = scope.parameter(name + ".weight", Kind.DENSE, out, scope.shape(x)[1]);
            return layers.linear(x, weight, scope.parameter(name + ".bias", Kind.BIAS, out));
        }

        /** Bias of the scores [1,T,T]: keys after the query are never attended to. */
        private SDVariable causal() {
            INDArray mask = Nd4j.zeros(scope.type(), 1, tokens, tokens);
            for (int query = 0; query < tokens; query++) {
                for (int key = query + 1; key < tokens; key++) {
                    mask.putScalar(0, query, key, NEVER);
                }
            }
            return scope.graph().constant(mask);
        }

        SDVariable attention(String name, SDVariable x, SDVariable mask) {
            long heads = config.heads();
            double scale = 1 / Math.sqrt((double) config.width() / heads);
            var q = layers.heads(linear(name + ".q_proj", x, config.width()), n, heads);
            var k = layers.heads(linear(name + ".k_proj", x, config.width()), n, heads);
            var v = layers.heads(linear(name + ".v_proj", x, config.width()), n, heads);
            var mixed = layers.attend(layers.scores(q.mul(scale), k).add(mask), v);
            return linear(name + ".out_proj", layers.joined(mixed, n, heads), config.width());
        }

        SDVariable feedForward(String name, SDVariable x) {
            return linear(
                    name + ".fc2", config.activation().of(linear(name + ".fc1", x, config.inner())), config.width());
        }

        SDVariable block(String name, SDVariable x, SDVariable mask) {
            try (var names = scope.shapes().nameScope()) {
                var y = x.add(attention(name + ".self_attn", norm(name + ".layer_norm1", x), mask));
                return y.add(feedForward(name + ".mlp", norm(name + ".layer_norm2", y)));
            }
        }

        private SDVariable positions() {
            var all = scope.parameter(
                    "text_model.embeddings.position_embedding.weight", Kind.DENSE, config.positions(), config.width());
            return tokens == config.positions()
                    ? all
                    : scope.graph().slice(all, new int[2], (int) tokens, config.width());
        }

        SDVariable network(SDVariable embedded) {
            var mask = causal();
            var x = scope.reshape(embedded.add(positions()), n * tokens, config.width());
            for (int i = 0; i < config.layers(); i++) {
                x = block("text_model.encoder.layers." + i, x, mask);
            }
            return scope.reshape(norm("text_model.final_layer_norm", x), n, tokens, config.width());
        }
    }
}
