package io.flowmap.adversarial.discriminator;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.data.LatentShape;
import io.flowmap.nn.ConditionShape;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** Arguments of StyleGAN2's constructors for features that ours lacks. */
    private static final String DEFAULTS =
            """
            {
              "architecture": "resnet",
              "num_fp16_res": 0,
              "block_kwargs/architecture": "resnet",
              "block_kwargs/activation": "lrelu",
              "block_kwargs/resample_filter": [1, 3, 3, 1],
              "block_kwargs/conv_clamp": null,
              "block_kwargs/use_fp16": false,
              "block_kwargs/fp16_channels_last": false,
              "block_kwargs/freeze_layers": 0,
              "mapping_kwargs/embed_features": null,
              "mapping_kwargs/layer_features": null,
              "mapping_kwargs/activation": "lrelu",
              "mapping_kwargs/w_avg_beta": null,
              "epilogue_kwargs/architecture": "resnet",
              "epilogue_kwargs/activation": "lrelu",
              "epilogue_kwargs/conv_clamp": null
            }""";

    static List<Path> folders() {
        return Reference.folders(
                Reference.require("discriminator"),
                folder -> Files.exists(folder.resolve("weights_f32.npz"))
                        && Reference.understands(
                                folder, Reference.json(folder, "config").path("kwargs"), KNOWN, DEFAULTS));
    }

    static DiscriminatorCase read(Path folder) {
        JsonNode kw = Reference.json(folder, "config").get("kwargs");
        int side = kw.get("img_resolution").asInt();
        JsonNode clamp = kw.path("conv_clamp");
        JsonNode group = kw.path("epilogue_kwargs").path("mbstd_group_size");
        Map<String, Npy> inputs = Reference.arrays(folder, "inputs");
        int batch = (int) inputs.get("real").shape()[0];
        var config = new DiscriminatorConfig(
                new LatentShape(kw.get("img_channels").asInt(), side, side),
                ConditionShape.classes(kw.get("c_dim").asInt()),
                kw.path("channel_base").asInt(32768),
                kw.path("channel_max").asInt(512),
                group.isNull() ? batch : group.asInt(4),
                kw.path("epilogue_kwargs").path("mbstd_num_channels").asInt(1),
                kw.path("mapping_kwargs").path("num_layers").asInt(8),
                kw.path("cmap_dim").asInt(0),
                kw.path("mapping_kwargs").path("lr_multiplier").asDouble(0.01),
                clamp.isNumber() ? clamp.asDouble() : 0);
        Map<String, INDArray> weights = new LinkedHashMap<>();
        Reference.arrays(folder, "weights_f32").forEach((name, npy) -> weights.put(name, array(npy)));
        return new DiscriminatorCase(folder, new Discriminator(config), weights, inputs);
    }

    /** Expected values from a file, flat. */
    Map<String, double[]> expected(String file) {
        var values = new LinkedHashMap<String, double[]>();
        Reference.arrays(folder, file).forEach((name, npy) -> values.put(name, npy.values()));
        return values;
    }

    /** Gammas that have a file {@code grad_rpgan_D_gamma*.npz}. */
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
