package io.flowmap.nn.edm2;

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

/** A network of the reference folder: its configuration and arrays. */
public record Edm2Case(Path folder, UNetConfig config, LatentShape shape, int classes, double sigmaData) {
    private static final String DERIVED = "ayf_edm2_";

    /** The arguments that {@link #read} uses, and those without effect on float32 or float64 values outside training. */
    private static final Set<String> ARGUMENTS = Set.of(
            "img_resolution",
            "img_channels",
            "label_dim",
            "sigma_data",
            "model_channels",
            "channel_mult",
            "channel_mult_noise",
            "channel_mult_emb",
            "num_blocks",
            "attn_resolutions",
            "channels_per_head",
            "label_balance",
            "concat_balance",
            "res_balance",
            "attn_balance",
            "clip_act",
            "use_fp16",
            "dropout",
            "logvar_channels");

    private static final String DEFAULTS = "{\"resample_filter\": [1, 1]}";

    /** The folders of networks. */
    public static List<Path> folders() {
        return Reference.folders(Reference.require("edm2"), Edm2Case::isUnderstood);
    }

    /** The folders with results computed from networks. */
    public static List<Path> derivedFolders() {
        return Reference.folders(
                folder -> folder.getFileName().toString().startsWith(DERIVED) && isUnderstood(network(folder)));
    }

    /** The folder of the network from which a folder was computed. */
    public static Path network(Path derived) {
        var name = derived.getFileName().toString().substring(DERIVED.length());
        return derived.resolveSibling("edm2").resolve(name);
    }

    private static boolean isUnderstood(Path folder) {
        if (!Files.exists(folder.resolve("weights_f32.npz"))) {
            Reference.skipped(folder, "a folder without weights_f32.npz");
            return false;
        }
        return Reference.understands(folder, Reference.json(folder, "config").path("kw"), ARGUMENTS, DEFAULTS);
    }

    /** The network. */
    public UNet unet(boolean flowMap) {
        return new UNet(config, shape.dimensions(), ConditionShape.classes(classes), flowMap);
    }

    public static Edm2Case read(Path folder) {
        JsonNode json = Reference.json(folder, "config");
        JsonNode kw = json.get("kw");
        List<Integer> mult = ints(kw.path("channel_mult"), List.of(1, 2, 3, 4));
        List<Integer> attn = ints(kw.path("attn_resolutions"), List.of(16, 8));
        var config = new UNetConfig(
                kw.path("model_channels").asInt(192),
                mult,
                kw.path("channel_mult_noise").asInt(0),
                kw.path("channel_mult_emb").asInt(0),
                kw.path("num_blocks").asInt(3),
                attn,
                kw.path("channels_per_head").asInt(64),
                kw.path("label_balance").asDouble(0.5),
                kw.path("concat_balance").asDouble(0.5),
                kw.path("res_balance").asDouble(0.3),
                kw.path("attn_balance").asDouble(0.3),
                kw.path("clip_act").isNull() ? 0 : kw.path("clip_act").asDouble(256));
        double sigmaData =
                kw.path("sigma_data").asDouble(json.path("sigma_data").asDouble(0.5));
        int side = kw.get("img_resolution").asInt();
        return new Edm2Case(
                folder,
                config,
                new LatentShape(kw.get("img_channels").asInt(), side, side),
                kw.get("label_dim").asInt(),
                sigmaData);
    }

    private static List<Integer> ints(JsonNode node, List<Integer> otherwise) {
        if (!node.isArray()) {
            return otherwise;
        }
        List<Integer> list = new ArrayList<>();
        node.forEach(n -> list.add(n.asInt()));
        return list;
    }

    /** The arrays of a weights file, without the prefix "unet." of EDM2's preconditioner. */
    public static Map<String, INDArray> weights(Path folder, String name) {
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        Reference.arrays(folder, name).forEach((key, npy) -> arrays.put(key.replaceFirst("^unet\\.", ""), array(npy)));
        return arrays;
    }

    /** A NumPy array as float64. */
    public static INDArray array(Npy npy) {
        return npy.shape().length == 0
                ? Nd4j.scalar(DataType.DOUBLE, npy.values()[0])
                : Nd4j.create(npy.values(), npy.shape(), 'c').castTo(DataType.DOUBLE);
    }

    /** Converts [N,C,H,W] to [N,H,W,C], contiguous. */
    public static INDArray channelsLast(INDArray nchw) {
        return nchw.permute(0, 2, 3, 1).dup('c');
    }

    /** The values of [N,H,W,C] in the order of [N,C,H,W]. */
    public static double[] channelsFirst(INDArray nhwc) {
        return nhwc.castTo(DataType.DOUBLE).permute(0, 3, 1, 2).dup('c').data().asDouble();
    }
}
