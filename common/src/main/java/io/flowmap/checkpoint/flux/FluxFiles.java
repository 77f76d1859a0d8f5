package io.flowmap.checkpoint.flux;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.checkpoint.SafeTensors;
import io.flowmap.checkpoint.Tensors;
import io.flowmap.config.Json;
import io.flowmap.file.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Writes weights of FLUX and LoRAs in the layouts of others' tools. One tensor is in memory at a time. */
public final class FluxFiles {
    /** Bytes of arrays in a shard, as diffusers limits them. */
    public static final long SHARD = 10_000_000_000L;

    private static final String STEM = "diffusion_pytorch_model";
    private static final String SUFFIX = ".safetensors";
    private static final Map<String, String> HEADER = Map.of("format", "pt");

    private FluxFiles() {}

    /** Writes a LoRA: a file, or for PEFT a folder. */
    public static void write(FileSystem fileSystem, Path path, LoraFile lora) {
        if (lora.adapterConfig() == null) {
            SafeTensors.write(fileSystem, path, lora.tensors(), lora.header());
            return;
        }
        SafeTensors.write(fileSystem, new Path(path, LoraSource.MODEL), lora.tensors(), lora.header());
        AtomicFile.write(
                fileSystem,
                new Path(path, LoraSource.CONFIG),
                lora.adapterConfig().getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a transformer as one file under BFL's names. */
    public static void writeBfl(FileSystem fileSystem, Path file, FluxWeights weights) {
        SafeTensors.write(fileSystem, file, weights.bfl().sorted(), Map.of());
    }

    /**
     * Writes a transformer as diffusers' folder: config.json, and one file or shards with their index.
     *
     * @param axes widths of the rotary embedding's axes, which no tensor tells
     * @param shard most bytes of a shard; a larger tensor has a shard of its own
     */
    public static void writeDiffusers(
            FileSystem fileSystem, Path folder, FluxWeights weights, List<Integer> axes, long shard) {
        var tensors = weights.diffusers().sorted();
        var shards = shards(tensors, shard);
        if (shards.size() == 1) {
            SafeTensors.write(fileSystem, new Path(folder, STEM + SUFFIX), tensors, HEADER);
        } else {
            writeShards(fileSystem, folder, tensors, shards);
        }
        write(fileSystem, new Path(folder, "config.json"), config(weights.sizes(), axes));
    }

    private static List<List<String>> shards(Tensors tensors, long most) {
        var shards = new ArrayList<List<String>>();
        long size = most;
        for (var array : tensors.arrays().entrySet()) {
            long bytes = array.getValue().bytes();
            if (shards.isEmpty() || size + bytes > most) {
                shards.add(new ArrayList<>());
                size = 0;
            }
            shards.get(shards.size() - 1).add(array.getKey());
            size += bytes;
        }
        return shards;
    }

    private static void writeShards(FileSystem fileSystem, Path folder, Tensors tensors, List<List<String>> shards) {
        var index = Json.mapper().createObjectNode();
        index.putObject("metadata")
                .put(
                        "total_size",
                        tensors.arrays().values().stream()
                                .mapToLong(Tensors.ArrayInfo::bytes)
                                .sum());
        var map = index.putObject("weight_map");
        for (int i = 0; i < shards.size(); i++) {
            var name = String.format(Locale.ROOT, "%s-%05d-of-%05d%s", STEM, i + 1, shards.size(), SUFFIX);
            SafeTensors.write(fileSystem, new Path(folder, name), tensors.only(shards.get(i)), HEADER);
            shards.get(i).forEach(tensor -> map.put(tensor, name));
        }
        write(fileSystem, new Path(folder, STEM + SUFFIX + ".index.json"), index);
    }

    private static ObjectNode config(FluxSizes sizes, List<Integer> axes) {
        var config = Json.mapper().createObjectNode();
        config.put("_class_name", "FluxTransformer2DModel");
        config.put("patch_size", 1);
        config.put("in_channels", sizes.inChannels());
        if (sizes.outChannels() == sizes.inChannels()) {
            config.putNull("out_channels");
        } else {
            config.put("out_channels", sizes.outChannels());
        }
        config.put("num_layers", sizes.depth());
        config.put("num_single_layers", sizes.singleDepth());
        config.put("attention_head_dim", sizes.headSize());
        config.put("num_attention_heads", sizes.heads());
        config.put("joint_attention_dim", sizes.context());
        config.put("pooled_projection_dim", sizes.pooled());
        config.put("guidance_embeds", sizes.guidance());
        axes.forEach(config.putArray("axes_dims_rope")::add);
        return config;
    }

    private static void write(FileSystem fileSystem, Path file, ObjectNode json) {
        AtomicFile.write(fileSystem, file, Json.pretty(json).getBytes(StandardCharsets.UTF_8));
    }
}
