package io.flowmap.nn.flux;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.checkpoint.SafeTensors;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.nn.AdaptedNetwork;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Network;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A transformer of the reference folder.
 *
 * @param rows rows of its grid of tokens
 * @param channels channels of its latents
 */
public record FluxCase(
        Path folder,
        FluxConfig config,
        int rows,
        int columns,
        int channels,
        int textTokens,
        int textWidth,
        int pooledWidth) {
    private static final Set<String> ARGUMENTS = Set.of(
            "in_channels",
            "out_channels",
            "vec_in_dim",
            "context_in_dim",
            "hidden_size",
            "mlp_ratio",
            "num_heads",
            "depth",
            "depth_single_blocks",
            "axes_dim",
            "theta",
            "guidance_embed");

    private static final String DEFAULTS = "{\"qkv_bias\": true}";

    /** The folders of transformers. */
    public static List<Path> folders() {
        return Reference.folders(Reference.require("flux", "transformer"), FluxCase::isUnderstood);
    }

    /** The folders of transformers with a student. */
    public static List<Path> studentFolders() {
        return folders().stream()
                .filter(folder -> Files.isDirectory(folder.resolve("ayf")))
                .toList();
    }

    private static boolean isUnderstood(Path folder) {
        return Files.exists(folder.resolve("config.json"))
                && Reference.understands(
                        folder, Reference.json(folder, "config").path("bfl"), ARGUMENTS, DEFAULTS);
    }

    public static FluxCase read(Path folder) {
        JsonNode json = Reference.json(folder, "config");
        JsonNode bfl = json.get("bfl");
        var axes = new ArrayList<Integer>();
        bfl.get("axes_dim").forEach(d -> axes.add(d.asInt()));
        var config = new FluxConfig(
                bfl.get("hidden_size").asInt(),
                bfl.get("num_heads").asInt(),
                bfl.get("depth").asInt(),
                bfl.get("depth_single_blocks").asInt(),
                axes,
                bfl.get("theta").asDouble(),
                bfl.get("mlp_ratio").asDouble(),
                FluxConfig.PATCH,
                bfl.get("guidance_embed").asBoolean());
        return new FluxCase(
                folder,
                config,
                json.get("grid").get(0).asInt(),
                json.get("grid").get(1).asInt(),
                bfl.path("out_channels").asInt(bfl.get("in_channels").asInt()) / 4,
                json.get("text_tokens").asInt(),
                bfl.get("context_in_dim").asInt(),
                bfl.get("vec_in_dim").asInt());
    }

    public ConditionShape condition() {
        return new ConditionShape(
                Map.of(Transformer.TEXT, List.of(textTokens, textWidth), Transformer.POOLED, List.of(pooledWidth)));
    }

    /** Shape [C,H,W] of its latents. */
    public long[] sample() {
        return new long[] {channels, 2L * rows, 2L * columns};
    }

    public Transformer network(boolean flowMap) {
        return new Transformer(config, sample(), condition(), flowMap);
    }

    /** The teacher. */
    public NetworkField teacher() {
        return field(network(false));
    }

    /** The student: the transformer with the target time and adapters. */
    public NetworkField student() {
        return field(new AdaptedNetwork(network(true), FluxAdapters.read(this)));
    }

    private static NetworkField field(Network network) {
        return new NetworkField(network, NoiseLabel.TIME, 1);
    }

    /** Weights under BFL's names. */
    public Map<String, INDArray> weights() {
        var weights = new LinkedHashMap<String, INDArray>();
        try (var files = Files.list(folder.resolve("bfl"))) {
            for (var file : files.filter(f -> f.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList()) {
                tensors(file).tensors().forEach((name, tensor) -> weights.put(name, array(tensor)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return weights;
    }

    /** Weights of the student: those of the transformer, of the embedding of the target time, and of the adapters. */
    public Map<String, INDArray> studentWeights() {
        var weights = weights();
        tensors(folder.resolve("ayf/target_time_in.safetensors"))
                .tensors()
                .forEach((name, tensor) -> weights.put(name, array(tensor)));
        weights.putAll(FluxAdapters.read(this).weights());
        return weights;
    }

    /** Names of the files of the student. */
    public List<String> studentFiles() {
        try (var files = Files.list(folder.resolve("ayf"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gradients of a file of the student, under the names of its parameters. */
    public Map<String, INDArray> studentGradients(String file) {
        var gradients = new LinkedHashMap<String, INDArray>();
        Reference.arrays(folder.resolve("ayf"), file).forEach((key, npy) -> {
            var name = key.startsWith("target_time_in") ? key : FluxAdapters.name(key);
            gradients.put(name, FluxAdapters.swapped(name, array(npy)));
        });
        return gradients;
    }

    static SafeTensors.Content tensors(Path file) {
        try (var in = Files.newInputStream(file)) {
            return SafeTensors.read(in, Files.size(file), file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static INDArray array(TensorData tensor) {
        return Nd4j.create(tensor.doubles(), tensor.shape(), 'c');
    }

    /** An array of the folder, in float64. */
    public static INDArray array(Npy npy) {
        return Nd4j.create(npy.values(), npy.shape(), 'c');
    }

    /** Positions [tokens][axes] from an array [N,tokens,axes] in which all samples have the same. */
    static double[][] positions(Npy npy) {
        int axes = (int) npy.shape()[2];
        var positions = new double[(int) npy.shape()[1]][axes];
        for (int i = 0; i < npy.values().length; i++) {
            int token = i / axes % positions.length;
            if (i >= positions.length * axes && positions[token][i % axes] != npy.values()[i]) {
                throw new IllegalArgumentException("expected the same positions for all samples");
            }
            positions[token][i % axes] = npy.values()[i];
        }
        return positions;
    }

    /** Tokens [N,L,4C] as latents [N,C,H,W]. */
    public INDArray unpacked(INDArray tokens) {
        return tokens.reshape('c', tokens.size(0), rows, columns, channels, 2, 2)
                .permute(0, 3, 1, 4, 2, 5)
                .dup('c')
                .reshape('c', tokens.size(0), channels, 2L * rows, 2L * columns);
    }

    /** Latents [N,C,H,W] as tokens [N,L,4C]. */
    public INDArray packed(INDArray latents) {
        return latents.reshape('c', latents.size(0), channels, rows, 2, columns, 2)
                .permute(0, 2, 4, 1, 3, 5)
                .dup('c')
                .reshape('c', latents.size(0), (long) rows * columns, 4L * channels);
    }
}
