package io.flowmap.checkpoint.flux;

import io.flowmap.checkpoint.Tensors;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.config.UserError;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * Weights of FLUX's transformer under BFL's names, whatever the layout of the file. Tensors are read one by one.
 *
 * @param file where they are from, for messages
 * @param layout layout of the file
 * @param sizes sizes of the network
 * @param bfl tensors by BFL's name
 */
public record FluxWeights(String file, FluxLayout layout, FluxSizes sizes, Tensors bfl) {
    /**
     * The transformer in a file or in shards, in either layout; empty if the file holds something else. Throws {@link UserError} with all
     * tensors that are missing, not understood or of another shape or type.
     */
    public static Optional<FluxWeights> in(ForeignCheckpoint file) {
        return in(file.name(), file);
    }

    /**
     * The transformer in tensors of either layout, as {@link #in(ForeignCheckpoint)}.
     *
     * @param file where they are from, for messages
     */
    public static Optional<FluxWeights> in(String file, Tensors weights) {
        var layout = FluxLayout.of(weights);
        if (layout == null) {
            return Optional.empty();
        }
        var arrays = weights.arrays();
        var sizes = layout.sizes(file, arrays);
        var table = new FluxTable(sizes);
        new KeyReport()
                .compare(table.shapes(layout), arrays)
                .requireNothing("cannot read " + file + " as a FLUX transformer");
        return Optional.of(new FluxWeights(
                file, layout, sizes, layout == FluxLayout.BFL ? weights : joined(file, table, weights)));
    }

    /** The layout that the names of weights belong to; null if they are not those of a FLUX transformer. */
    public static FluxLayout layout(Tensors weights) {
        return FluxLayout.of(weights);
    }

    /** Like {@link #in}, but anything else is a {@link UserError}. */
    public static FluxWeights of(ForeignCheckpoint file) {
        return in(file).orElseThrow(() -> new UserError("cannot read " + file.name()
                + " as a FLUX transformer: expected a tensor img_in.weight (BFL) or x_embedder.weight (diffusers), got "
                + file.arrays().size() + " others"));
    }

    private static Tensors joined(String file, FluxTable table, Tensors diffusers) {
        var infos = new LinkedHashMap<String, Tensors.ArrayInfo>();
        var found = diffusers.arrays();
        var report = new KeyReport();
        table.tensors().forEach((name, tensor) -> {
            var types = tensor.partNames().stream()
                    .map(part -> found.get(part).type())
                    .distinct()
                    .toList();
            if (types.size() > 1) {
                report.different(String.join(", ", tensor.partNames()), "one type", types.toString());
            }
            infos.put(name, new Tensors.ArrayInfo(types.get(0), tensor.shape()));
        });
        report.requireNothing("cannot read " + file + " as a FLUX transformer");
        return new Tensors.View(infos, name -> {
            var tensor = table.tensors().get(name);
            return tensor.join(tensor.partNames().stream().map(diffusers::read).toList());
        });
    }

    /** The same tensors under diffusers' names. */
    public Tensors diffusers() {
        var table = new FluxTable(sizes);
        var found = bfl.arrays();
        var infos = new LinkedHashMap<String, Tensors.ArrayInfo>();
        table.parts()
                .forEach((name, tensor) -> infos.put(
                        name, new Tensors.ArrayInfo(found.get(tensor.name()).type(), tensor.partShape(name))));
        return new Tensors.View(infos, name -> {
            var tensor = table.parts().get(name);
            return tensor.part(name, bfl.read(tensor.name()));
        });
    }

    /**
     * With a LoRA merged into the weights, which keep their types. Each tensor is computed when it is read.
     *
     * @param strength factor of the LoRA's own scale; 1 applies it as it was trained
     */
    public FluxWeights merged(LoraFile lora, double strength) {
        return LoraMerge.of(this, lora, strength);
    }

    /** Number of parameters. */
    public long parameters() {
        return bfl.arrays().values().stream()
                .mapToLong(Tensors.ArrayInfo::count)
                .sum();
    }

    FluxTable table() {
        return new FluxTable(sizes);
    }
}
