package io.flowmap.checkpoint.flux;

import io.flowmap.checkpoint.SafeTensors;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.Tensors;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.apache.hadoop.fs.FileSystem;

/** Files of FLUX with drawn weights: names and shapes of the published ones, in any size. */
public final class DrawnFlux {
    /** Rotary axes of heads of 128. */
    public static final List<Integer> AXES = List.of(16, 56, 56);

    private static final int TABLE = 1 << 14;
    private static final double DEVIATION = 0.02;

    private DrawnFlux() {}

    /** FLUX.1-dev's sizes with another width of the tokens, a multiple of 128. */
    public static FluxSizes dev(long hidden) {
        return new FluxSizes(64, 64, hidden, 128, 4096, 768, 19, 38, true);
    }

    /** Weights of N(0, 0.02^2), the same for the same seed. */
    public static FluxWeights weights(FluxSizes sizes, TensorData.Type type, long seed) {
        byte[] table = table(type, seed);
        var infos = new LinkedHashMap<String, Tensors.ArrayInfo>();
        new FluxTable(sizes)
                .shapes(FluxLayout.BFL)
                .forEach((name, shape) -> infos.put(name, new Tensors.ArrayInfo(type, shape)));
        var drawn = new Tensors.View(infos, name -> draw(infos.get(name), name.hashCode() + seed, table));
        return new FluxWeights("drawn", FluxLayout.BFL, sizes, drawn);
    }

    private static byte[] table(TensorData.Type type, long seed) {
        var random = new Random(seed);
        return TensorData.bytes(
                type,
                random.doubles(TABLE)
                        .map(u -> DEVIATION * random.nextGaussian())
                        .toArray());
    }

    private static TensorData draw(Tensors.ArrayInfo info, long seed, byte[] table) {
        var random = new SplittableRandom(seed);
        int size = info.type().bytes();
        var bytes = new byte[Math.toIntExact(info.bytes())];
        for (int at = 0; at < bytes.length; at += size) {
            System.arraycopy(table, random.nextInt(TABLE) * size, bytes, at, size);
        }
        return new TensorData(info.type(), info.shape(), bytes);
    }

    /** Writes a folder as diffusers publishes a pipeline: the transformer in shards, and what tells its licence. */
    public static void writeFolder(
            FileSystem fileSystem, Path folder, FluxWeights weights, List<Integer> axes, long shard)
            throws IOException {
        Path transformer = folder.resolve("transformer");
        FluxFiles.writeDiffusers(fileSystem, new org.apache.hadoop.fs.Path(transformer.toUri()), weights, axes, shard);
        describe(folder);
    }

    /** Writes such a folder with true headers and holes in place of the arrays: it takes no room on the disk. */
    public static void writeSparse(Path folder, FluxSizes sizes) throws IOException {
        sparse(
                folder.resolve("transformer/diffusion_pytorch_model.safetensors"),
                weights(sizes, TensorData.Type.BFLOAT16, 1).diffusers().sorted().arrays());
        sparse(folder.resolve("text_encoder_2/model.safetensors"), t5());
        describe(folder);
    }

    private static void describe(Path folder) throws IOException {
        Files.writeString(folder.resolve("README.md"), "---\nlicense: other\nlicense_name: drawn-for-tests\n---\n");
        Files.writeString(folder.resolve("model_index.json"), "{\"_class_name\": \"FluxPipeline\"}");
        Path scheduler = Files.createDirectories(folder.resolve("scheduler"));
        Files.writeString(scheduler.resolve("scheduler_config.json"), "{\"shift\": 3.0}");
    }

    private static void sparse(Path file, Map<String, Tensors.ArrayInfo> arrays) throws IOException {
        Files.createDirectories(file.getParent());
        var header = new ByteArrayOutputStream();
        long bytes = 0;
        try (var out = new BufferedOutputStream(header)) {
            SafeTensors.writeHeader(out, arrays, Map.of("format", "pt"));
        }
        for (var array : arrays.values()) {
            bytes += array.bytes();
        }
        Files.write(file, header.toByteArray());
        try (var access = new RandomAccessFile(file.toFile(), "rw")) {
            access.setLength(header.size() + bytes);
        }
    }

    /** The T5 XXL encoder's arrays. */
    private static Map<String, Tensors.ArrayInfo> t5() {
        var arrays = new LinkedHashMap<String, Tensors.ArrayInfo>();
        put(arrays, "shared.weight", 32_128, 4096);
        for (int i = 0; i < 24; i++) {
            String layer = "encoder.block." + i + ".layer.";
            for (String name : List.of("q", "k", "v", "o")) {
                put(arrays, layer + "0.SelfAttention." + name + ".weight", 4096, 4096);
            }
            put(arrays, layer + "0.layer_norm.weight", 4096);
            put(arrays, layer + "1.DenseReluDense.wi_0.weight", 10_240, 4096);
            put(arrays, layer + "1.DenseReluDense.wi_1.weight", 10_240, 4096);
            put(arrays, layer + "1.DenseReluDense.wo.weight", 4096, 10_240);
            put(arrays, layer + "1.layer_norm.weight", 4096);
        }
        put(arrays, "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", 32, 64);
        put(arrays, "encoder.final_layer_norm.weight", 4096);
        return arrays;
    }

    private static void put(Map<String, Tensors.ArrayInfo> arrays, String name, long... shape) {
        arrays.put(name, new Tensors.ArrayInfo(TensorData.Type.BFLOAT16, shape));
    }

    /** A LoRA of normals on the named layers, in the layout that has them under these names. */
    static LoraFile lora(FluxSizes sizes, LoraLayout layout, int rank, List<String> modules, boolean bias, long seed) {
        var random = new Random(seed);
        var adapters = new LinkedHashMap<String, Adapter>();
        var table = new FluxTable(sizes);
        for (String name : modules) {
            var module = layout.fused()
                    ? table.modules().get(name)
                    : table.parts().get(name + ".weight").module();
            long rows = layout.fused()
                    ? module.rows()
                    : table.parts().get(name + ".weight").partShape(name + ".weight")[0];
            long own = layout.fused() ? layout.rows(module) : rows;
            var b = normals(random, own, rank);
            adapters.put(
                    name,
                    new Adapter(
                            normals(random, rank, module.in()),
                            own == rows ? b : padded(b, rows),
                            rank,
                            null,
                            false,
                            bias ? normals(random, rows) : null));
        }
        return new LoraFile("drawn", layout, sizes, adapters, Map.of(), Map.of("format", "pt"), null);
    }

    private static TensorData padded(TensorData b, long rows) {
        var grid = new Columns.Grid(b.type(), rows, (int) b.shape()[1]);
        grid.put(0, 0, b);
        return grid.data();
    }

    private static TensorData normals(Random random, long... shape) {
        int count = (int) TensorData.length(TensorData.Type.UINT8, shape);
        var values = random.doubles(count).map(u -> random.nextGaussian()).toArray();
        return new TensorData(TensorData.Type.FLOAT16, shape, TensorData.bytes(TensorData.Type.FLOAT16, values));
    }
}
