package io.flowmap.checkpoint.flux;

import io.flowmap.checkpoint.Tensors;
import io.flowmap.checkpoint.Tensors.ArrayInfo;
import io.flowmap.config.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The two sets of names under which FLUX's transformer is published. */
public enum FluxLayout {
    /** One file of Black Forest Labs' own code. */
    BFL(
            "img_in",
            "txt_in",
            "vector_in.in_layer",
            "guidance_in.in_layer",
            "final_layer.linear",
            "double_blocks.",
            List.of(".img_attn.norm.query_norm.scale", ".txt_attn.norm.query_norm.scale"),
            "single_blocks.",
            List.of(".norm.query_norm.scale")),
    /** The folder {@code transformer} of diffusers. */
    DIFFUSERS(
            "x_embedder",
            "context_embedder",
            "time_text_embed.text_embedder.linear_1",
            "time_text_embed.guidance_embedder.linear_1",
            "proj_out",
            "transformer_blocks.",
            List.of(".attn.norm_q.weight", ".attn.norm_added_q.weight"),
            "single_transformer_blocks.",
            List.of(".attn.norm_q.weight"));

    private static final int MOST_BLOCKS = 1000;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    private final String image;
    private final String text;
    private final String pooled;
    private final String guidance;
    private final String output;
    private final String doubles;
    private final List<String> doubleNorms;
    private final String singles;
    private final List<String> singleNorms;

    FluxLayout(
            String image,
            String text,
            String pooled,
            String guidance,
            String output,
            String doubles,
            List<String> doubleNorms,
            String singles,
            List<String> singleNorms) {
        this.image = image;
        this.text = text;
        this.pooled = pooled;
        this.guidance = guidance;
        this.output = output;
        this.doubles = doubles;
        this.doubleNorms = doubleNorms;
        this.singles = singles;
        this.singleNorms = singleNorms;
    }

    /** The layout that names like these belong to; null if they belong to neither. */
    static FluxLayout of(Tensors weights) {
        for (var layout : values()) {
            if (weights.arrays().containsKey(layout.image + ".weight")) {
                return layout;
            }
        }
        return null;
    }

    /**
     * Sizes of the transformer, from the shapes of its tensors. Throws {@link UserError} if a tensor that gives a size is missing.
     *
     * @param file name of the file, for messages
     */
    FluxSizes sizes(String file, Map<String, ArrayInfo> arrays) {
        try {
            int depth = blocks(arrays, doubles);
            int singleDepth = blocks(arrays, singles);
            long[] in = matrix(arrays, image);
            return new FluxSizes(
                    in[1],
                    matrix(arrays, output)[0],
                    in[0],
                    headSize(arrays),
                    matrix(arrays, text)[1],
                    matrix(arrays, pooled)[1],
                    depth,
                    singleDepth,
                    arrays.containsKey(guidance + ".weight"));
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot read " + file + " as a FLUX transformer: " + e.getMessage(), e);
        }
    }

    /** Number of blocks that the names mention. If some are left out in between, their tensors turn out missing. */
    private static int blocks(Map<String, ArrayInfo> arrays, String prefix) {
        var numbers = arrays.keySet().stream()
                .filter(name -> name.startsWith(prefix) && name.indexOf('.', prefix.length()) > 0)
                .map(name -> name.substring(prefix.length(), name.indexOf('.', prefix.length())))
                .filter(number -> NUMBER.matcher(number).matches())
                .distinct()
                .count();
        if (numbers > MOST_BLOCKS) {
            throw new IllegalArgumentException("expected at most " + MOST_BLOCKS + " blocks, got " + numbers);
        }
        return (int) numbers;
    }

    private static long[] matrix(Map<String, ArrayInfo> arrays, String module) {
        var info = arrays.get(module + ".weight");
        if (info == null || info.shape().length != 2) {
            throw new IllegalArgumentException(
                    "expected a matrix " + module + ".weight, got " + (info == null ? "none" : KeyReport.text(info)));
        }
        return info.shape();
    }

    /** Length of the scales of any norm of queries; they are shared by all heads. */
    private long headSize(Map<String, ArrayInfo> arrays) {
        var names = new ArrayList<String>();
        doubleNorms.forEach(norm -> names.add(doubles + "0" + norm));
        singleNorms.forEach(norm -> names.add(singles + "0" + norm));
        return names.stream()
                .filter(name -> arrays.containsKey(name) && arrays.get(name).shape().length == 1)
                .mapToLong(name -> arrays.get(name).shape()[0])
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "expected scales of a norm such as " + names.get(0) + ", got none"));
    }
}
