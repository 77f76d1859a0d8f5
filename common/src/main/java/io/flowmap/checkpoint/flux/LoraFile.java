package io.flowmap.checkpoint.flux;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.Tensors;
import io.flowmap.checkpoint.flux.LoraLayout.Role;
import io.flowmap.config.UserError;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A LoRA of FLUX's transformer in one of the layouts.
 *
 * @param file where it is from, for messages
 * @param sizes sizes of the transformer
 * @param adapters by layer; layers are BFL's or diffusers', as the layout has them
 * @param norms scales that replace those of the base, by tensor, as the layout names them
 * @param header metadata of the safetensors header
 * @param adapterConfig text of adapter_config.json; null unless the layout is PEFT's
 */
public record LoraFile(
        String file,
        LoraLayout layout,
        FluxSizes sizes,
        Map<String, Adapter> adapters,
        Map<String, TensorData> norms,
        Map<String, String> header,
        String adapterConfig) {
    /**
     * Reads a file or folder in any layout. Throws {@link UserError} with all tensors that are missing, not understood or of another shape.
     *
     * @param sizes sizes of the transformer that it adapts
     */
    public static LoraFile read(FileSystem fileSystem, Path path, FluxSizes sizes) {
        return new LoraReader(LoraSource.open(fileSystem, path), sizes).read();
    }

    /**
     * Adapters as they are trained here, in diffusers' layout. Throws {@link UserError} with all layers that the transformer does not have.
     *
     * @param name where they are from, for messages
     * @param adapters by layer: BFL's name, or for a part of a joined layer that name with q, k, v or mlp after a dot
     */
    public static LoraFile of(String name, FluxSizes sizes, Map<String, Adapter> adapters) {
        return LoraConversion.ofTrained(name, new FluxTable(sizes), adapters);
    }

    /**
     * The same LoRA in another layout. Adapters of joined layers are split by rows and the other way round. Throws {@link UserError} with
     * all layers that the other layout cannot hold.
     */
    public LoraFile to(LoraLayout other) {
        return other == layout ? this : new LoraConversion(this, other).result();
    }

    /** The tensors of the file, in its order. Throws {@link UserError} with all layers that the layout cannot hold. */
    public Tensors tensors() {
        var table = new FluxTable(sizes);
        var report = new KeyReport();
        var tensors = new LinkedHashMap<String, TensorData>();
        adapters.forEach((module, adapter) -> {
            put(tensors, report, module, Role.A, adapter.a());
            put(tensors, report, module, Role.B, visible(table, module, adapter.b()));
            put(tensors, report, module, Role.ALPHA, adapter.stored());
            put(tensors, report, module, Role.BIAS, adapter.bias());
        });
        norms.forEach((tensor, scales) -> {
            if (layout.normKey(tensor) == null) {
                report.placeless(tensor, new Tensors.ArrayInfo(scales.type(), scales.shape()));
            } else {
                tensors.put(layout.normKey(tensor), scales);
            }
        });
        report.requireNothing("cannot write " + file + " as " + layout);
        return Tensors.of(tensors).sorted();
    }

    private void put(Map<String, TensorData> tensors, KeyReport report, String module, Role role, TensorData data) {
        if (data == null) {
            return;
        }
        var key = layout.key(module, role);
        if (key == null) {
            report.placeless(module + " " + role, new Tensors.ArrayInfo(data.type(), data.shape()));
        } else {
            tensors.put(key, data);
        }
    }

    /** The rows of B that the layout stores. */
    private TensorData visible(FluxTable table, String module, TensorData b) {
        long rows = layout.fused() ? layout.rows(table.modules().get(module)) : b.shape()[0];
        return rows < b.shape()[0] ? Rows.slice(b, 0, rows) : b;
    }

    /** Number of parameters of all adapters. */
    public long parameters() {
        return tensors().arrays().values().stream()
                .mapToLong(Tensors.ArrayInfo::count)
                .sum();
    }
}
