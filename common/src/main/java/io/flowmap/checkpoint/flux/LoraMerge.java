package io.flowmap.checkpoint.flux;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.Tensors;
import io.flowmap.config.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A transformer with a LoRA merged into its weights: W' = W + strength c B A, computed in float64 and rounded to the type of W; b' = b +
 * strength bias; scales of norms replaced. If A takes more channels than the base, the base's layer is widened with zeros first.
 */
final class LoraMerge {
    private static final String WEIGHT = ".weight";

    private final FluxWeights base;
    private final double strength;
    private final Map<String, List<Change>> changes = new LinkedHashMap<>();
    private final Map<String, TensorData> norms = new LinkedHashMap<>();

    /** Change of some rows of a layer of BFL's. */
    private record Change(long from, Adapter adapter) {}

    private LoraMerge(FluxWeights base, LoraFile lora, double strength) {
        this.base = base;
        this.strength = strength;
        var table = base.table();
        table.modules().values().forEach(module -> {
            if (lora.layout().fused()) {
                add(module, 0, lora.adapters().get(module.name()));
                return;
            }
            module.parts().forEach(part -> {
                var adapter = lora.adapters().get(part.name());
                add(module, part.from(), adapter != null && module.swapped() ? adapter.swapped() : adapter);
            });
        });
        lora.norms().forEach((name, scales) -> {
            var tensor = lora.layout().fused() ? name : table.parts().get(name).name();
            norms.put(tensor, scales);
        });
    }

    private void add(FluxModule module, long from, Adapter adapter) {
        if (adapter != null) {
            changes.computeIfAbsent(module.name(), name -> new ArrayList<>()).add(new Change(from, adapter));
        }
    }

    /** Throws {@link UserError} if the LoRA is for a transformer of other sizes. */
    static FluxWeights of(FluxWeights base, LoraFile lora, double strength) {
        if (!lora.sizes().equals(base.sizes())) {
            throw new UserError("cannot merge " + lora.file() + " into " + base.file() + ": expected a LoRA for "
                    + base.sizes() + ", got one for " + lora.sizes());
        }
        return new LoraMerge(base, lora, strength).merged();
    }

    private FluxWeights merged() {
        long channels = changes.getOrDefault("img_in", List.of()).stream()
                .mapToLong(change -> change.adapter().a().shape()[1])
                .findFirst()
                .orElse(base.sizes().inChannels());
        var sizes = base.sizes().withInChannels(channels);
        var infos = new LinkedHashMap<String, Tensors.ArrayInfo>();
        var found = base.bfl().arrays();
        new FluxTable(sizes)
                .tensors()
                .forEach((name, tensor) ->
                        infos.put(name, new Tensors.ArrayInfo(found.get(name).type(), tensor.shape())));
        return new FluxWeights(
                base.file(), base.layout(), sizes, new Tensors.View(infos, name -> read(name, infos.get(name))));
    }

    private TensorData read(String name, Tensors.ArrayInfo info) {
        var scales = norms.get(name);
        if (scales != null) {
            return new TensorData(info.type(), info.shape(), TensorData.bytes(info.type(), scales.doubles()));
        }
        var array = base.bfl().read(name);
        boolean weight = name.endsWith(WEIGHT);
        var own = changes.get(name.substring(0, Math.max(0, name.lastIndexOf('.'))));
        if (own == null) {
            return array;
        }
        return weight ? weight(array, info.shape(), own) : bias(array, own);
    }

    private TensorData weight(TensorData base, long[] shape, List<Change> own) {
        var type = base.type();
        int rows = (int) shape[0];
        int in = (int) shape[1];
        int old = (int) base.shape()[1];
        var bytes = new byte[Math.toIntExact(TensorData.length(type, shape))];
        int line = in * type.bytes();
        var products = own.stream().map(change -> new Product(change, strength)).toList();
        IntStream.range(0, rows).parallel().forEach(row -> {
            var sum = Arrays.copyOf(base.doubles(row * old, old), in);
            products.forEach(product -> product.addTo(sum, row));
            System.arraycopy(TensorData.bytes(type, sum), 0, bytes, row * line, line);
        });
        return new TensorData(type, shape, bytes);
    }

    private TensorData bias(TensorData base, List<Change> own) {
        var sum = base.doubles();
        for (var change : own) {
            var bias = change.adapter().bias();
            if (bias != null) {
                var values = bias.doubles();
                for (int i = 0; i < values.length; i++) {
                    sum[(int) change.from() + i] += strength * values[i];
                }
            }
        }
        return new TensorData(base.type(), base.shape(), TensorData.bytes(base.type(), sum));
    }

    /** The rows of strength c B A. */
    private static final class Product {
        private final int from;
        private final int rank;
        private final double scale;
        private final double[] a;
        private final double[] b;

        Product(Change change, double strength) {
            this.from = (int) change.from();
            this.rank = change.adapter().rank();
            this.scale = strength * change.adapter().scale();
            this.a = change.adapter().a().doubles();
            this.b = change.adapter().b().doubles();
        }

        void addTo(double[] sum, int row) {
            int first = (row - from) * rank;
            if (row < from || first >= b.length) {
                return;
            }
            for (int k = 0; k < rank; k++) {
                double factor = scale * b[first + k];
                int line = k * sum.length;
                for (int j = 0; j < sum.length; j++) {
                    sum[j] += factor * a[line + j];
                }
            }
        }
    }
}
