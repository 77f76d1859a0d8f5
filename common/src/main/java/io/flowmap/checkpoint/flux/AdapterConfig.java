package io.flowmap.checkpoint.flux;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.checkpoint.pickle.Unpickler;
import io.flowmap.config.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * PEFT's description of a LoRA: adapter_config.json, or lora_adapter_metadata in diffusers' header. A pattern's key is a layer's name or
 * its end after a dot; the first key that fits counts.
 *
 * @param rank rank of the layers without a pattern
 * @param alpha alpha of the layers without a pattern
 */
record AdapterConfig(
        int rank,
        double alpha,
        Map<String, Integer> rankPattern,
        Map<String, Double> alphaPattern,
        boolean rankStabilised) {
    /** Initial values that change the base's weights as well, so that the adapter alone does not tell the network. */
    private static final Set<String> CHANGES_BASE = Set.of("pissa", "olora", "loftq", "corda");

    private static final int MOST = 1 << 20;

    /** Parses PEFT's keys. Throws {@link IllegalArgumentException} for what is no plain LoRA. */
    static AdapterConfig of(JsonNode json) {
        requireAbsent(json, "use_dora", "fan_in_fan_out", "layer_replication", "use_qalora");
        var type = json.path("peft_type").asText("LORA");
        var initial = json.path("init_lora_weights").asText().split("_", 2)[0];
        if (!type.equals("LORA") || CHANGES_BASE.contains(initial)) {
            throw new IllegalArgumentException("expected a plain LoRA, got "
                    + Unpickler.printable(type.equals("LORA") ? "init_lora_weights " + initial : type));
        }
        var ranks = new LinkedHashMap<String, Integer>();
        pattern(json, "rank_pattern").forEach((name, value) -> ranks.put(name, rank("rank_pattern " + name, value)));
        var alphas = new LinkedHashMap<String, Double>();
        pattern(json, "alpha_pattern")
                .forEach((name, value) -> alphas.put(name, alpha("alpha_pattern " + name, value)));
        var root = json.path("use_rslora");
        if (!root.isMissingNode() && !root.isNull() && !root.isBoolean()) {
            throw mistake("use_rslora", "true or false", root);
        }
        return new AdapterConfig(
                rank("r", json.path("r")),
                alpha("lora_alpha", json.path("lora_alpha")),
                ranks,
                alphas,
                root.asBoolean());
    }

    private static void requireAbsent(JsonNode json, String... keys) {
        for (var key : keys) {
            var value = json.path(key);
            if (!value.isMissingNode() && !value.isNull() && !(value.isBoolean() && !value.asBoolean())) {
                throw mistake(key, "false", value);
            }
        }
    }

    private static Map<String, JsonNode> pattern(JsonNode json, String key) {
        var pattern = new LinkedHashMap<String, JsonNode>();
        var value = json.path(key);
        if (!value.isMissingNode() && !value.isNull() && !value.isObject()) {
            throw mistake(key, "a map", value);
        }
        value.fields().forEachRemaining(field -> {
            if (!field.getKey().matches("[\\w.]+")) {
                throw new IllegalArgumentException("expected names of layers or their ends in " + key + ", got "
                        + Unpickler.printable(field.getKey()));
            }
            pattern.put(field.getKey(), field.getValue());
        });
        return pattern;
    }

    private static int rank(String key, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1 || value.intValue() > MOST) {
            throw mistake(key, "a whole number of 1 to " + MOST, value);
        }
        return value.intValue();
    }

    private static double alpha(String key, JsonNode value) {
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw mistake(key, "a number", value);
        }
        return value.doubleValue();
    }

    private static IllegalArgumentException mistake(String key, String expected, JsonNode got) {
        return new IllegalArgumentException("expected " + expected + " as " + Unpickler.printable(key) + ", got "
                + (got.isMissingNode() ? "none" : Unpickler.printable(got.toString())));
    }

    /** Rank of a layer's adapter. */
    int rank(String module) {
        return matching(rankPattern, module, rank);
    }

    /** Alpha of a layer's adapter. */
    double alpha(String module) {
        return matching(alphaPattern, module, alpha);
    }

    private static <T> T matching(Map<String, T> pattern, String module, T otherwise) {
        for (var entry : pattern.entrySet()) {
            if (isEnd(entry.getKey(), module)) {
                return entry.getValue();
            }
        }
        return otherwise;
    }

    /** Whether a key is a layer's name or its end after a dot. */
    private static boolean isEnd(String key, String module) {
        return module.equals(key) || module.endsWith("." + key);
    }

    /** Describes adapters with PEFT's keys. All or none of them must be rank-stabilised. */
    static ObjectNode describe(Map<String, Adapter> adapters) {
        double rank = most(adapters, Adapter::rank);
        double alpha = most(adapters, Adapter::alpha);
        var json = Json.mapper().createObjectNode();
        json.put("peft_type", "LORA");
        json.putNull("base_model_name_or_path");
        json.put("r", (int) rank);
        put(json, "lora_alpha", alpha);
        patterns(json.putObject("rank_pattern"), adapters, Adapter::rank, rank);
        patterns(json.putObject("alpha_pattern"), adapters, Adapter::alpha, alpha);
        json.put("use_rslora", adapters.values().stream().anyMatch(Adapter::rankStabilised));
        json.put("use_dora", false);
        json.put("lora_bias", adapters.values().stream().anyMatch(adapter -> adapter.bias() != null));
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("lora_dropout", 0.0);
        json.put("init_lora_weights", true);
        json.put("inference_mode", true);
        adapters.keySet().forEach(json.putArray("target_modules")::add);
        return json;
    }

    /** The value that most adapters have; of several such values the first. */
    private static double most(Map<String, Adapter> adapters, ToDoubleFunction<Adapter> value) {
        var counts = new LinkedHashMap<Double, Integer>();
        adapters.values().forEach(adapter -> counts.merge(value.applyAsDouble(adapter), 1, Integer::sum));
        return counts.entrySet().stream()
                .max(Map.Entry.<Double, Integer>comparingByValue())
                .orElseThrow()
                .getKey();
    }

    /** Values of the layers that differ from the common one, and of the layers that a key of these would fit as well; longest names first. */
    private static void patterns(
            ObjectNode json, Map<String, Adapter> adapters, ToDoubleFunction<Adapter> value, double common) {
        var values = new HashMap<String, Double>();
        adapters.forEach((name, adapter) -> values.put(name, value.applyAsDouble(adapter)));
        List<String> different = new ArrayList<>(values.keySet());
        different.removeIf(name -> values.get(name) == common);
        values.keySet().stream()
                .filter(name -> different.stream().anyMatch(key -> isEnd(key, name)))
                .sorted(Comparator.comparingInt(String::length).reversed().thenComparing(name -> name))
                .forEach(name -> put(json, name, values.get(name)));
    }

    private static void put(ObjectNode json, String key, double value) {
        if (value == Math.rint(value) && Math.abs(value) < Integer.MAX_VALUE && !isNegativeZero(value)) {
            json.put(key, (int) value);
        } else {
            json.put(key, value);
        }
    }

    private static boolean isNegativeZero(double value) {
        return value == 0 && 1 / value < 0;
    }
}
