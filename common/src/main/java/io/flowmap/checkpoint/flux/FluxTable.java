package io.flowmap.checkpoint.flux;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every layer and tensor of FLUX's transformer under BFL's and diffusers' names, for a network of given sizes. */
final class FluxTable {
    /** Numbers of an embedded time or guidance weight. */
    private static final long TIME = 256;

    private static final long MLP_RATIO = 4;
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final FluxSizes sizes;
    private final long h;
    private final Map<String, FluxModule> modules = new LinkedHashMap<>();
    private final Map<String, FluxTensor> tensors = new LinkedHashMap<>();
    private final Map<String, FluxTensor> parts = new LinkedHashMap<>();

    FluxTable(FluxSizes sizes) {
        this.sizes = sizes;
        this.h = sizes.hidden();
        stem();
        for (int i = 0; i < sizes.depth(); i++) {
            doubleBlock("double_blocks." + i, "transformer_blocks." + i);
        }
        for (int i = 0; i < sizes.singleDepth(); i++) {
            singleBlock("single_blocks." + i, "single_transformer_blocks." + i);
        }
        add(new FluxModule("final_layer.adaLN_modulation.1", rows(2 * h, "norm_out.linear"), h, true));
        linear("final_layer.linear", h, sizes.outChannels(), "proj_out");
    }

    private void stem() {
        embedder("time_in", TIME, "timestep_embedder");
        if (sizes.guidance()) {
            embedder("guidance_in", TIME, "guidance_embedder");
        }
        embedder("vector_in", sizes.pooled(), "text_embedder");
        linear("img_in", sizes.inChannels(), h, "x_embedder");
        linear("txt_in", sizes.context(), h, "context_embedder");
    }

    private void embedder(String name, long in, String diffusers) {
        linear(name + ".in_layer", in, h, "time_text_embed." + diffusers + ".linear_1");
        linear(name + ".out_layer", h, h, "time_text_embed." + diffusers + ".linear_2");
    }

    private void doubleBlock(String name, String diffusers) {
        var attn = diffusers + ".attn.";
        linear(name + ".img_mod.lin", h, 6 * h, diffusers + ".norm1.linear");
        linear(name + ".txt_mod.lin", h, 6 * h, diffusers + ".norm1_context.linear");
        linear(name + ".img_attn.qkv", h, h, attn + "to_q", attn + "to_k", attn + "to_v");
        linear(name + ".txt_attn.qkv", h, h, attn + "add_q_proj", attn + "add_k_proj", attn + "add_v_proj");
        norms(name + ".img_attn.norm", attn + "norm_q", attn + "norm_k");
        norms(name + ".txt_attn.norm", attn + "norm_added_q", attn + "norm_added_k");
        linear(name + ".img_attn.proj", h, h, attn + "to_out.0");
        linear(name + ".txt_attn.proj", h, h, attn + "to_add_out");
        mlp(name + ".img_mlp", diffusers + ".ff.net");
        mlp(name + ".txt_mlp", diffusers + ".ff_context.net");
    }

    private void mlp(String name, String diffusers) {
        linear(name + ".0", h, MLP_RATIO * h, diffusers + ".0.proj");
        linear(name + ".2", MLP_RATIO * h, h, diffusers + ".2");
    }

    private void singleBlock(String name, String diffusers) {
        var attn = diffusers + ".attn.";
        linear(name + ".modulation.lin", h, 3 * h, diffusers + ".norm.linear");
        var inner = new ArrayList<>(rows(h, attn + "to_q", attn + "to_k", attn + "to_v"));
        inner.add(new FluxModule.Part(diffusers + ".proj_mlp", 3 * h, MLP_RATIO * h));
        add(new FluxModule(name + ".linear1", List.copyOf(inner), h, false));
        linear(name + ".linear2", (1 + MLP_RATIO) * h, h, diffusers + ".proj_out");
        norms(name + ".norm", attn + "norm_q", attn + "norm_k");
    }

    private void norms(String name, String query, String key) {
        add(new FluxModule(name + ".query_norm", rows(sizes.headSize(), query), 0, false));
        add(new FluxModule(name + ".key_norm", rows(sizes.headSize(), key), 0, false));
    }

    /** A linear layer whose rows lie in layers of equal size. */
    private void linear(String name, long in, long rows, String... diffusers) {
        add(new FluxModule(name, rows(rows, diffusers), in, false));
    }

    private static List<FluxModule.Part> rows(long rows, String... names) {
        var parts = new ArrayList<FluxModule.Part>();
        for (var name : names) {
            parts.add(new FluxModule.Part(name, parts.size() * rows, rows));
        }
        return List.copyOf(parts);
    }

    private void add(FluxModule module) {
        modules.put(module.name(), module);
        if (module.isNorm()) {
            add(new FluxTensor(module, ".scale", WEIGHT, new long[] {module.rows()}));
        } else {
            add(new FluxTensor(module, WEIGHT, WEIGHT, new long[] {module.rows(), module.in()}));
            add(new FluxTensor(module, BIAS, BIAS, new long[] {module.rows()}));
        }
    }

    private void add(FluxTensor tensor) {
        tensors.put(tensor.name(), tensor);
        tensor.partNames().forEach(name -> parts.put(name, tensor));
    }

    FluxSizes sizes() {
        return sizes;
    }

    /** Layers by BFL's name. */
    Map<String, FluxModule> modules() {
        return Collections.unmodifiableMap(modules);
    }

    /** Tensors by BFL's name. */
    Map<String, FluxTensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** Tensors by diffusers' names; one for each of its parts. */
    Map<String, FluxTensor> parts() {
        return Collections.unmodifiableMap(parts);
    }

    /** Names and shapes in a layout. */
    Map<String, long[]> shapes(FluxLayout layout) {
        var shapes = new LinkedHashMap<String, long[]>();
        if (layout == FluxLayout.BFL) {
            tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        } else {
            parts.forEach((name, tensor) -> shapes.put(name, tensor.partShape(name)));
        }
        return shapes;
    }
}
