package io.flowmap.distill.lora;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.Tensors;
import io.flowmap.checkpoint.flux.Adapter;
import io.flowmap.checkpoint.flux.FluxWeights;
import io.flowmap.checkpoint.flux.LoraFile;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.Adapters;
import io.flowmap.nn.Lora;
import io.flowmap.stage.StageInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The LoRA of a flow map that was trained here.
 *
 * @param lora its adapters, in diffusers' layout
 * @param base the transformer that it adapts, with the frozen weights
 * @param late weights of the inputs that only the flow map has, such as {@code target_time_in}; a LoRA has no place for them
 * @param axes channels of a head that each position rotates; empty if the network's sizes do not tell
 */
record TrainedLora(LoraFile lora, FluxWeights base, Tensors late, List<Integer> axes) {
    /**
     * Reads the flow map of a finished stage.
     *
     * @param average vector of its checkpoint: parameters, or an average
     * @throws UserError if it has no adapters, or they are not of FLUX's transformer
     */
    static TrainedLora of(Configuration hadoop, Path stage, String average) {
        var model = StoredModel.at(hadoop, stage, average);
        var lora = model.spec().lora();
        if (!lora.exists()) {
            throw new UserError(
                    "cannot read a LoRA from " + StageInput.withoutCredentials(stage)
                            + ": expected a flow map that distill trained with distill.lora.rank > 0, got one without adapters");
        }
        var adapters = new LinkedHashMap<String, Adapter>();
        var late = new LinkedHashMap<String, TensorData>();
        var base = new ArrayList<String>();
        var network = model.spec().network();
        try (var weights = model.borrow(hadoop)) {
            for (var name : model.spec().parameters().names()) {
                if (name.endsWith(Adapters.DOWN)) {
                    var map = name.substring(0, name.length() - Adapters.DOWN.length());
                    adapters.put(map, adapter(lora, map, weights.arrays()));
                } else if (network.isLate(name)) {
                    late.put(name, tensor(weights.arrays().get(name)));
                } else if (!name.endsWith(Adapters.UP)) {
                    base.add(name);
                }
            }
        }
        var frozen = base(hadoop, model, base);
        var name = StageInput.withoutCredentials(stage);
        return new TrainedLora(LoraFile.of(name, frozen.sizes(), adapters), frozen, Tensors.of(late), axes(model));
    }

    private static Adapter adapter(Lora lora, String map, Map<String, INDArray> arrays) {
        var a = tensor(arrays.get(map + Adapters.DOWN));
        var b = tensor(arrays.get(map + Adapters.UP));
        return new Adapter(a, b, lora.alpha(), null, lora.rslora(), null);
    }

    private static TensorData tensor(INDArray array) {
        return TensorData.of(array.data().asFloat(), 0, array.shape());
    }

    /** The frozen weights in the type of their file. */
    private static FluxWeights base(Configuration hadoop, StoredModel model, List<String> names) {
        var file = new Path(model.frozen(hadoop).path());
        var frozen = ForeignCheckpoint.open(Store.of(hadoop, file), file);
        return FluxWeights.in(frozen.name(), frozen.only(names))
                .orElseThrow(() -> new UserError("cannot read a LoRA from " + model.dir()
                        + ": expected adapters of a FLUX transformer, got those of another network"));
    }

    private static List<Integer> axes(StoredModel model) {
        var axes = new ArrayList<Integer>();
        Json.mapper().valueToTree(model.spec().config()).path("axes-dim").forEach(axis -> axes.add(axis.asInt()));
        return axes;
    }
}
