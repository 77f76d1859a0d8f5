package io.flowmap.nn.flux;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flowmap.nn.Adapters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The adapters of a student in diffusers' layout, whose maps are parts of BFL's.
 *
 * @param adapters by map
 * @param weights A and B of each, under the names of {@link Adapters}
 */
record FluxAdapters(Map<String, Adapter> adapters, Map<String, INDArray> weights) implements Adapters {
    private static final String FILE = "ayf/pytorch_lora_weights.safetensors";
    private static final Pattern NAME = Pattern.compile("transformer\\.(.+)(\\.lora_[AB]\\.weight)");
    private static final Pattern BLOCK = Pattern.compile("(single_)?transformer_blocks\\.(\\d+)\\.(.+)");
    private static final String SWAPPED = "final_layer.adaLN_modulation.1.lora_B.weight";

    private static final Map<String, String> DOUBLE = Map.ofEntries(
            Map.entry("attn.to_q", "img_attn.qkv.q"),
            Map.entry("attn.to_k", "img_attn.qkv.k"),
            Map.entry("attn.to_v", "img_attn.qkv.v"),
            Map.entry("attn.to_out.0", "img_attn.proj"),
            Map.entry("attn.add_q_proj", "txt_attn.qkv.q"),
            Map.entry("attn.add_k_proj", "txt_attn.qkv.k"),
            Map.entry("attn.add_v_proj", "txt_attn.qkv.v"),
            Map.entry("attn.to_add_out", "txt_attn.proj"),
            Map.entry("ff.net.0.proj", "img_mlp.0"),
            Map.entry("ff.net.2", "img_mlp.2"),
            Map.entry("ff_context.net.0.proj", "txt_mlp.0"),
            Map.entry("ff_context.net.2", "txt_mlp.2"),
            Map.entry("norm1.linear", "img_mod.lin"),
            Map.entry("norm1_context.linear", "txt_mod.lin"));

    private static final Map<String, String> SINGLE = Map.of(
            "attn.to_q", "linear1.q",
            "attn.to_k", "linear1.k",
            "attn.to_v", "linear1.v",
            "proj_mlp", "linear1.mlp",
            "proj_out", "linear2",
            "norm.linear", "modulation.lin");

    private static final Map<String, String> OUTER = Map.of(
            "x_embedder", "img_in",
            "context_embedder", "txt_in",
            "time_text_embed.timestep_embedder.linear_1", "time_in.in_layer",
            "time_text_embed.timestep_embedder.linear_2", "time_in.out_layer",
            "time_text_embed.guidance_embedder.linear_1", "guidance_in.in_layer",
            "time_text_embed.guidance_embedder.linear_2", "guidance_in.out_layer",
            "time_text_embed.text_embedder.linear_1", "vector_in.in_layer",
            "time_text_embed.text_embedder.linear_2", "vector_in.out_layer",
            "norm_out.linear", "final_layer.adaLN_modulation.1",
            "proj_out", "final_layer.linear");

    static FluxAdapters read(FluxCase network) {
        var content = FluxCase.tensors(network.folder().resolve(FILE));
        double alpha;
        try {
            alpha = new ObjectMapper()
                    .readTree(content.metadata().get("lora_adapter_metadata"))
                    .get("transformer.lora_alpha")
                    .asDouble();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
        var adapters = new LinkedHashMap<String, Adapter>();
        var weights = new LinkedHashMap<String, INDArray>();
        content.tensors().forEach((key, tensor) -> {
            var name = name(key);
            var array = FluxCase.array(tensor);
            weights.put(name, swapped(name, array));
            if (name.endsWith(".lora_A.weight")) {
                int rank = (int) array.size(0);
                adapters.put(
                        name.substring(0, name.length() - ".lora_A.weight".length()), new Adapter(rank, alpha / rank));
            }
        });
        return new FluxAdapters(adapters, weights);
    }

    /** The house's name of an array of an adapter in diffusers' layout. */
    static String name(String key) {
        var match = NAME.matcher(key);
        if (!match.matches()) {
            throw new IllegalArgumentException("no array of an adapter: " + key);
        }
        return map(match.group(1)) + match.group(2);
    }

    static String map(String module) {
        var block = BLOCK.matcher(module);
        boolean inside = block.matches();
        boolean single = inside && block.group(1) != null;
        var map = !inside ? OUTER.get(module) : single ? SINGLE.get(block.group(3)) : DOUBLE.get(block.group(3));
        if (map == null) {
            throw new IllegalArgumentException("no map of a FLUX transformer: " + module);
        }
        return !inside ? map : (single ? "single_blocks." : "double_blocks.") + block.group(2) + "." + map;
    }

    /** An array between the two layouts: diffusers has scale before shift in the last modulation. */
    static INDArray swapped(String name, INDArray array) {
        if (!name.equals(SWAPPED)) {
            return array;
        }
        long half = array.size(0) / 2;
        return Nd4j.concat(
                0, array.get(NDArrayIndex.interval(half, 2 * half)), array.get(NDArrayIndex.interval(0, half)));
    }

    @Override
    public Adapter of(String map) {
        return adapters.get(map);
    }
}
