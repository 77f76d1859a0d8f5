package io.flowmap.eval.feature.dl4j;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipInputStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Deeplearning4j's own file: a zip of a configuration as JSON, coefficients, and perhaps a normaliser. Read here, since
 * ModelSerializer runs Java's deserialisation on an entry {@code preprocessor.bin} and constructs classes that a normaliser names. All
 * other entries are left alone.
 */
final class ZipFile {
    private static final Map<String, Long> ENTRIES =
            Map.of("configuration.json", 1L << 26, "coefficients.bin", (1L << 31) - 64, "normalizer.bin", 1L << 16);

    private ZipFile() {}

    /** Reads a network. Throws {@link UserError} if the bytes are none or name classes that are not allowed. */
    static LoadedNetwork read(String file, byte[] bytes) {
        try {
            var entries = entries(bytes);
            var json = entries.get("configuration.json");
            var coefficients = entries.get("coefficients.bin");
            if (json == null || coefficients == null) {
                throw new IOException(
                        "expected a zip of Deeplearning4j with configuration.json and coefficients.bin, got "
                                + entries.keySet());
            }
            JsonNode tree = Json.mapper().readTree(json);
            AllowedClasses.require(tree, file);
            float[] weights = Coefficients.read(coefficients);
            var text = new String(json, StandardCharsets.UTF_8);
            boolean isGraph = tree.has("vertices");
            var graph = isGraph ? graph(text, weights) : layers(text, weights).toComputationGraph();
            var scale = entries.containsKey("normalizer.bin") ? scale(entries.get("normalizer.bin")) : null;
            return new LoadedNetwork(graph, isGraph ? List.of() : names(tree), InputForm.of(tree), scale);
        } catch (JsonProcessingException e) {
            throw new UserError(
                    "cannot read " + file + ": expected a configuration of Deeplearning4j: " + Json.complaint(e), e);
        } catch (IOException e) {
            throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
        } catch (RuntimeException e) { // Deeplearning4j throws many kinds for configurations that do not fit
            throw e instanceof UserError own ? own : new UserError("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** Names of the layers of a configuration without a graph, numbers for those without a name. */
    static List<String> names(JsonNode tree) {
        var names = new ArrayList<String>();
        for (var conf : tree.path("confs")) {
            var name = conf.path("layer").path("layerName").asText("");
            names.add(name.isEmpty() || names.contains(name) ? Integer.toString(names.size()) : name);
        }
        return names;
    }

    private static Map<String, byte[]> entries(byte[] bytes) throws IOException {
        var entries = new HashMap<String, byte[]>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                var most = ENTRIES.get(entry.getName());
                if (most == null) {
                    continue;
                }
                var content = zip.readNBytes((int) Math.min(most, Integer.MAX_VALUE - 64));
                if (zip.read() >= 0 || entries.put(entry.getName(), content) != null) {
                    throw new IOException("expected one " + entry.getName() + " of at most " + most + " bytes");
                }
            }
        }
        return entries;
    }

    private static ComputationGraph graph(String json, float[] weights) {
        var graph = new ComputationGraph(ComputationGraphConfiguration.fromJson(json));
        graph.init(
                Nd4j.create(weights, new long[] {1, weights.length}, 'c')
                        .castTo(graph.getConfiguration().getDataType()),
                false);
        return graph;
    }

    private static MultiLayerNetwork layers(String json, float[] weights) {
        var network = new MultiLayerNetwork(MultiLayerConfiguration.fromJson(json));
        network.init(
                Nd4j.create(weights, new long[] {1, weights.length}, 'c')
                        .castTo(network.getLayerWiseConfigurations().getDataType()),
                false);
        return network;
    }

    /** Of the normalisers only that of images says what pixels become without naming classes or holding arrays. */
    private static Scale scale(byte[] bytes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        var head = in.readUTF();
        int version = in.readInt();
        var type = in.readUTF();
        if (!head.equals("NORMALIZER") || version != 1 || !type.equals("IMAGE_MIN_MAX")) {
            throw new IOException("expected an ImagePreProcessingScaler or no normaliser (normalizer.bin), got " + head
                    + " of version " + version + " and type " + type);
        }
        return new Scale(in.readDouble(), in.readDouble(), in.readDouble());
    }
}
