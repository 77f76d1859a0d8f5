package io.flowmap.checkpoint.flux;

import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.checkpoint.foreign.ForeignJson;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * An opened file of a LoRA.
 *
 * @param layout its layout
 * @param header metadata of its header
 * @param adapterConfig text of adapter_config.json beside it; null unless it is PEFT's
 */
record LoraSource(ForeignCheckpoint tensors, LoraLayout layout, Map<String, String> header, String adapterConfig) {
    static final String CONFIG = "adapter_config.json";
    static final String MODEL = "adapter_model.safetensors";
    static final String WEIGHTS = "pytorch_lora_weights.safetensors";

    /** Opens a file, or the folder of PEFT or diffusers that holds it. Throws {@link UserError} if it holds no LoRA. */
    static LoraSource open(FileSystem fileSystem, Path path) {
        var file = file(fileSystem, path);
        var tensors = ForeignCheckpoint.open(fileSystem, file);
        var layout = LoraLayout.of(tensors.arrays().keySet());
        if (layout == null) {
            throw new UserError("cannot read " + tensors.name()
                    + " as a LoRA of FLUX: expected tensors as of diffusers, PEFT, kohya, XLabs or BFL, got "
                    + tensors.arrays().size() + " others");
        }
        var header = new LinkedHashMap<String, String>();
        tensors.configuration()
                .fields()
                .forEachRemaining(
                        field -> header.put(field.getKey(), field.getValue().asText()));
        boolean peft = layout == LoraLayout.PEFT;
        return new LoraSource(
                tensors,
                layout,
                header,
                peft ? ForeignJson.text(fileSystem, new Path(file.getParent(), CONFIG)) : null);
    }

    private static Path file(FileSystem fileSystem, Path path) {
        try {
            if (!fileSystem.getFileStatus(path).isDirectory()) {
                return path;
            }
            for (var name : new String[] {MODEL, WEIGHTS}) {
                if (fileSystem.exists(new Path(path, name))) {
                    return new Path(path, name);
                }
            }
        } catch (IOException e) {
            throw Store.failure("cannot read " + path, e);
        }
        throw new UserError(
                "cannot read " + path + " as a LoRA: expected " + MODEL + " or " + WEIGHTS + ", got neither");
    }
}
