package io.flowmap.adversarial.discriminator;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.data.LatentShape;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A discriminator of the reference folder: its configuration, arrays and inputs. */
record DiscriminatorCase(
        Path folder, Discriminator discriminator, Map<String, INDArray> weights, Map<String, Npy> inputs) {
    private static final Set<String> KNOWN = Set.of(
            "c_dim",
            "img_resolution",
            "img_channels",
            "channel_base",
            "channel_max",
            "conv_clamp",
            "cmap_dim",
            "mapping_kwargs/num_layers",
            "mapping_kwargs/lr_multiplier",
            "epilogue_kwargs/mbstd_group_size",
            "epilogue_kwargs/mbstd_num_channels");

    static List<Path> folders() {
        return Reference.folders(Reference.require("discriminator"), f -> Files.exists(f.resolve("weights_f32.npz")));
    }

    static DiscriminatorCase read(Path folder) {
        JsonNode kw = Reference.json(folder, "config").get("kwargs");
        requireKnown(folder, kw);
        int side = kw.get("img_resolution").asInt();
        JsonNode clamp = kw.path("conv_clamp");
        var config = new DiscriminatorConfig(
                new LatentShape(kw.get("img_channels").asInt(), side, side),
                kw.get("c_dim").asInt(),
                kw.path("channel_base").asInt(32768),
                kw.path("channel_max").asInt(512),
                kw.path("epilogue_kwargs").path("mbstd_group_size").asInt(4),
                kw.path("epilogue_kwargs").path("mbstd_num_channels").asInt(1),
                kw.path("mapping_kwargs").path("num_layers").asInt(8),
                kw.path("cmap_dim").asInt(0),
                kw.path("mapping_kwargs").path("lr_multiplier").asDouble(0.01),
                clamp.isNumber() ? clamp.asDouble() : 0);
        Map<String, INDArray> weights = new LinkedHashMap<>();
        Reference.arrays(folder, "weights_f32").forEach((name, npy) -> weights.put(name, array(npy)));
        return new DiscriminatorCase(folder, new Discriminator(config), weights, Reference.arrays(folder, "inputs"));
    }

    private static void requireKnown(Path folder, JsonNode kw) {
        var names = new TreeSet<String>();
        kw.fields().forEachRemaining(field -> {
            if (!field.getValue().isObject()) {
                names.add(field.getKey());
            }
            field.getValue().fieldNames().forEachRemaining(inner -> names.add(field.getKey() + "/" + inner));
        });
        names.removeAll(KNOWN);
        if (!names.isEmpty()) {
            throw new AssertionError("cannot build " + folder + ": unknown arguments " + names);
        }
    }

    /** Expected values of a file, flat. */
    Map<String, double[]> expected(String file) {
        var values = new LinkedHashMap<String, double[]>();
        Reference.arrays(folder, file).forEach((name, npy) -> values.put(name, npy.values()));
        return values;
    }

    /** Gammas of which there is a file {@code grad_rpgan_D_gamma*.npz}. */
    List<String> gammas() {
        var gammas = new ArrayList<String>();
        try (var files = Files.list(folder)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("grad_rpgan_D_gamma"))
                    .forEach(name -> gammas.add(name.replaceAll("grad_rpgan_D_gamma|\\.npz", "")));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return gammas;
    }

    INDArray input(String name) {
        return array(inputs.get(name));
    }

    int batch() {
        return (int) inputs.get("real").shape()[0];
    }

    private static INDArray array(Npy npy) {
        return Nd4j.create(npy.values(), npy.shape(), 'c').castTo(DataType.DOUBLE);
    }
}
