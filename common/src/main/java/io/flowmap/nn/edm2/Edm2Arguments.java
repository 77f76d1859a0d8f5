package io.flowmap.nn.edm2;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.model.NetworkSpec;
import io.flowmap.nn.ConditionShape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Constructor arguments of EDM2's preconditioned UNet as stored in a snapshot, with the defaults of EDM2's code. */
final class Edm2Arguments {
    private static final String TYPE = "Precond";
    /** Arguments that affect training, arithmetic precision or the uncertainty, but not the field. */
    private static final Set<String> WITHOUT_EFFECT = Set.of("use_fp16", "dropout", "logvar_channels");

    private final JsonNode given;
    private final Set<String> known = new HashSet<>(WITHOUT_EFFECT);

    private Edm2Arguments(JsonNode given) {
        this.given = given;
    }

    /**
     * Specification of a snapshot's network. Throws {@link UserError} for another network or unsupported arguments.
     *
     * @param file name of the file, for messages
     * @param network configuration of the object: its class and the arguments of its constructor
     */
    static NetworkSpec spec(String file, JsonNode network) {
        try {
            require(describes(network), "an EDM2 network of class " + TYPE, network.path("class"));
            if (!network.path("_init_args").isEmpty()) {
                throw new IllegalArgumentException(
                        "expected arguments by name, got positional arguments " + network.path("_init_args"));
            }
            return new Edm2Arguments(network.path("_init_kwargs")).spec();
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot import " + file + ": " + e.getMessage(), e);
        }
    }

    /** Whether a snapshot's configuration names EDM2's network. */
    static boolean describes(JsonNode network) {
        return network.path("class").asText().equals(TYPE);
    }

    private NetworkSpec spec() {
        UNetConfig unet = unet();
        int side = required("img_resolution");
        var shape = new LatentShape(required("img_channels"), side, side);
        var condition = ConditionShape.classes(required("label_dim"));
        double sigmaData = number("sigma_data", 0.5);
        if (!(sigmaData > 0) || Double.isInfinite(sigmaData)) {
            throw new IllegalArgumentException("expected sigma_data > 0, got " + sigmaData);
        }
        if (!integers("resample_filter", List.of(1, 1)).equals(List.of(1, 1))) {
            throw new IllegalArgumentException("expected resample_filter [1,1], got " + given.get("resample_filter"));
        }
        given.fieldNames().forEachRemaining(key -> {
            if (!known.contains(key)) {
                throw new IllegalArgumentException("expected only arguments of EDM2's UNet, got also " + key);
            }
        });
        return new NetworkSpec(unet, false, NoiseLabel.LOG_SIGMA, sigmaData, shape, condition);
    }

    private UNetConfig unet() {
        return new UNetConfig(
                integer("model_channels", 192),
                integers("channel_mult", List.of(1, 2, 3, 4)),
                integer("channel_mult_noise", 0),
                integer("channel_mult_emb", 0),
                integer("num_blocks", 3),
                integers("attn_resolutions", List.of(16, 8)),
                integer("channels_per_head", 64),
                number("label_balance", 0.5),
                number("concat_balance", 0.5),
                number("res_balance", 0.3),
                number("attn_balance", 0.3),
                given.path("clip_act").isNull() ? none("clip_act") : number("clip_act", 256));
    }

    private int none(String key) {
        known.add(key);
        return 0;
    }

    private int required(String key) {
        known.add(key);
        return wholeNumber(key, given.path(key));
    }

    /** An integer argument. If it is absent or null, the default. */
    private int integer(String key, int otherwise) {
        known.add(key);
        return given.hasNonNull(key) ? wholeNumber(key, given.get(key)) : otherwise;
    }

    private List<Integer> integers(String key, List<Integer> otherwise) {
        known.add(key);
        if (!given.has(key)) {
            return otherwise;
        }
        require(given.get(key).isArray(), key + " to be a list", given.get(key));
        var list = new ArrayList<Integer>();
        given.get(key).forEach(item -> list.add(wholeNumber(key, item)));
        return list;
    }

    private double number(String key, double otherwise) {
        known.add(key);
        if (!given.has(key)) {
            return otherwise;
        }
        require(given.get(key).isNumber(), key + " to be a number", given.get(key));
        return given.get(key).asDouble();
    }

    private static int wholeNumber(String key, JsonNode value) {
        require(value.isInt(), key + " to be an integer", value);
        return value.intValue();
    }

    private static void require(boolean holds, String expected, JsonNode got) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "expected " + expected + ", got " + (got.isMissingNode() ? "none" : got));
        }
    }
}
