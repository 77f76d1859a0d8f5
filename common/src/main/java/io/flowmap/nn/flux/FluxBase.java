package io.flowmap.nn.flux;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.checkpoint.flux.FluxLayout;
import io.flowmap.checkpoint.flux.FluxSizes;
import io.flowmap.checkpoint.flux.FluxWeights;
import io.flowmap.checkpoint.pickle.Unpickler;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.model.BaseNetwork;
import io.flowmap.model.NetworkSpec;
import io.flowmap.nn.ConditionShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Published weights of FLUX's transformer as a network. Its sizes follow from the weights, and diffusers' config.json has to agree. */
final class FluxBase {
    /** Pixels of an image along the side of a token. */
    private static final int TOKEN = 16;

    private static final int LATENTS_OF_TOKEN = 4;
    private static final double THETA = 10_000;
    private static final double MLP_RATIO = 4;
    private static final String AXES = "axes_dims_rope";

    private final FluxWeights weights;
    private final JsonNode config;
    private final BaseNetwork.Use use;

    FluxBase(FluxWeights weights, JsonNode config, BaseNetwork.Use use) {
        this.weights = weights;
        this.config = config;
        this.use = use;
    }

    BaseNetwork network() {
        try {
            requireAgreement();
            return new BaseNetwork(spec(), weights.bfl(), weights.layout() == FluxLayout.BFL);
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot import " + weights.file() + ": " + e.getMessage(), e);
        }
    }

    private NetworkSpec spec() {
        FluxSizes sizes = weights.sizes();
        if (sizes.inChannels() != sizes.outChannels() || sizes.outChannels() % LATENTS_OF_TOKEN != 0) {
            throw new IllegalArgumentException("expected as many channels in as out, a multiple of " + LATENTS_OF_TOKEN
                    + " (networks with further images are no teachers here), got " + sizes.inChannels() + " and "
                    + sizes.outChannels());
        }
        var network = new FluxConfig(
                (int) sizes.hidden(),
                (int) sizes.heads(),
                sizes.depth(),
                sizes.singleDepth(),
                axes(),
                THETA,
                MLP_RATIO,
                FluxConfig.PATCH,
                sizes.guidance());
        var shape =
                new LatentShape((int) sizes.outChannels() / LATENTS_OF_TOKEN, side(use.height()), side(use.width()));
        var condition = new ConditionShape(Map.of(
                Transformer.TEXT, List.of(use.textTokens(), (int) sizes.context()),
                Transformer.POOLED, List.of((int) sizes.pooled())));
        return new NetworkSpec(network, false, NoiseLabel.TIME, 1, shape, condition);
    }

    /** Latent pixels along a side of an image: two a token. */
    private static int side(int pixels) {
        return 2 * ((pixels + TOKEN - 1) / TOKEN);
    }

    private List<Integer> axes() {
        var axes = new ArrayList<Integer>();
        config.path(AXES).forEach(axis -> axes.add(axis.asInt()));
        var chosen = axes.isEmpty() ? use.axes() : axes;
        int sum = chosen.stream().mapToInt(axis -> axis).sum();
        if (sum != weights.sizes().headSize()) {
            throw new IllegalArgumentException("expected rotary axes with sum "
                    + weights.sizes().headSize()
                    + ", the size of a head, got " + chosen + " (" + (axes.isEmpty() ? "import.base.axes" : AXES)
                    + ")");
        }
        return chosen;
    }

    /** Throws {@link IllegalArgumentException} with all keys of config.json that differ from the weights or are not understood. */
    private void requireAgreement() {
        var known = known();
        var complaints = new ArrayList<String>();
        config.fields().forEachRemaining(field -> {
            var expected = known.get(field.getKey());
            var got = field.getValue().asText();
            boolean optional = field.getValue().isNull() && field.getKey().equals("out_channels");
            if (field.getKey().startsWith("_") && expected == null
                    || field.getKey().equals(AXES)
                    || optional) {
                return;
            }
            if (!got.equals(expected)) {
                complaints.add(Unpickler.printable(field.getKey()) + " = "
                        + Unpickler.printable(field.getValue().toString())
                        + (expected == null ? " is not understood" : " where the weights have " + expected));
            }
        });
        if (!complaints.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected a config.json that fits the weights, got " + String.join(", ", complaints));
        }
    }

    private Map<String, String> known() {
        FluxSizes sizes = weights.sizes();
        var known = new TreeMap<String, Object>();
        known.put("_class_name", "FluxTransformer2DModel");
        known.put("patch_size", 1);
        known.put("in_channels", sizes.inChannels());
        known.put("out_channels", sizes.outChannels());
        known.put("num_layers", sizes.depth());
        known.put("num_single_layers", sizes.singleDepth());
        known.put("attention_head_dim", sizes.headSize());
        known.put("num_attention_heads", sizes.heads());
        known.put("joint_attention_dim", sizes.context());
        known.put("pooled_projection_dim", sizes.pooled());
        known.put("guidance_embeds", sizes.guidance());
        var texts = new TreeMap<String, String>();
        known.forEach((key, value) -> texts.put(key, value.toString()));
        return texts;
    }
}
