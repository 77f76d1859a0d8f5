package io.flowmap.checkpoint.flux;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.Tensors;
import io.flowmap.config.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Brings a LoRA into another layout. The change c B A of every weight stays the same; A, B and alpha stay the same bit for bit, also over
 * the way there and back, except where layers of different scales are joined.
 */
final class LoraConversion {
    /** Names of the parts of joined layers in our networks. */
    private static final List<String> PARTS = List.of("q", "k", "v", "mlp");

    private final LoraFile from;
    private final LoraLayout to;
    private final FluxTable table;

    LoraConversion(LoraFile from, LoraLayout to) {
        this.from = from;
        this.to = to;
        this.table = new FluxTable(from.sizes());
    }

    /** See {@link LoraFile#of}. */
    static LoraFile ofTrained(String name, FluxTable table, Map<String, Adapter> adapters) {
        var report = new KeyReport();
        var whole = new LinkedHashMap<String, Adapter>();
        var parts = new LinkedHashMap<String, Adapter>();
        adapters.forEach((map, adapter) -> {
            int dot = map.lastIndexOf('.');
            var module = table.modules().get(map.substring(0, Math.max(0, dot)));
            int part = PARTS.indexOf(map.substring(dot + 1));
            if (table.modules().containsKey(map)) {
                whole.put(map, adapter);
            } else if (module != null && part >= 0 && part < module.parts().size()) {
                parts.put(module.parts().get(part).name(), adapter);
            } else {
                report.placeless(
                        map,
                        new Tensors.ArrayInfo(adapter.b().type(), adapter.b().shape()));
            }
        });
        report.requireNothing("cannot write " + name + " as a LoRA");
        var split = new LoraConversion(raw(name, LoraLayout.BFL, table, whole), LoraLayout.DIFFUSERS).split();
        split.putAll(parts);
        return new LoraConversion(raw(name, LoraLayout.DIFFUSERS, table, split), LoraLayout.DIFFUSERS).result();
    }

    private static LoraFile raw(String name, LoraLayout layout, FluxTable table, Map<String, Adapter> adapters) {
        return new LoraFile(name, layout, table.sizes(), adapters, Map.of(), Map.of(), null);
    }

    LoraFile result() {
        boolean same = from.layout().fused() == to.fused();
        var adapters = same ? from.adapters() : to.fused() ? joined() : split();
        var norms = same ? from.norms() : norms();
        return switch (to) {
            case KOHYA -> with(
                    each(adapters, Adapter::storingAlpha),
                    norms,
                    Map.of("modelspec.architecture", "flux-1-dev/lora"),
                    null);
            case PEFT -> {
                var described = described(adapters);
                yield with(described, norms, Map.of("format", "pt"), Json.pretty(AdapterConfig.describe(described)));
            }
            case DIFFUSERS -> {
                var described = described(adapters);
                var header = new LinkedHashMap<>(Map.of("format", "pt"));
                header.put(LoraReader.METADATA, metadata(described));
                yield with(described, norms, header, null);
            }
            case DIFFUSERS_OLDER -> with(each(adapters, Adapter::storingAlpha), norms, Map.of("format", "pt"), null);
            case XLABS, BFL -> with(each(adapters, LoraConversion::unscaled), norms, Map.of("format", "pt"), null);
        };
    }

    private LoraFile with(
            Map<String, Adapter> adapters, Map<String, TensorData> norms, Map<String, String> header, String config) {
        return new LoraFile(from.file(), to, from.sizes(), adapters, norms, header, config);
    }

    private static Map<String, Adapter> each(Map<String, Adapter> adapters, UnaryOperator<Adapter> change) {
        var changed = new LinkedHashMap<String, Adapter>();
        adapters.forEach((name, adapter) -> changed.put(name, change.apply(adapter)));
        return changed;
    }

    /** With alpha in a configuration, which has one choice of the root for all. */
    private static Map<String, Adapter> described(Map<String, Adapter> adapters) {
        boolean roots = adapters.values().stream().allMatch(Adapter::rankStabilised);
        return each(adapters, adapter -> (roots ? adapter : adapter.withoutRoot()).withoutStored());
    }

    private static String metadata(Map<String, Adapter> adapters) {
        var json = Json.mapper().createObjectNode();
        AdapterConfig.describe(adapters)
                .fields()
                .forEachRemaining(field -> json.set(LoraReader.COMPONENT + field.getKey(), field.getValue()));
        return Json.pretty(json);
    }

    /** With a scale of 1; another one goes into B. */
    private static Adapter unscaled(Adapter adapter) {
        double scale = adapter.scale();
        var b = scale == 1 ? adapter.b() : scaled(adapter.b(), scale);
        return new Adapter(adapter.a(), b, adapter.rank(), null, false, adapter.bias());
    }

    /** B times a factor, in float32 unless its own type holds the products as well. */
    private static TensorData scaled(TensorData b, double factor) {
        var products = b.doubles();
        Arrays.setAll(products, i -> products[i] * factor);
        var own = new TensorData(b.type(), b.shape(), TensorData.bytes(b.type(), products));
        return Arrays.equals(own.doubles(), products)
                ? own
                : new TensorData(
                        TensorData.Type.FLOAT32, b.shape(), TensorData.bytes(TensorData.Type.FLOAT32, products));
    }

    private Map<String, TensorData> norms() {
        var norms = new LinkedHashMap<String, TensorData>();
        from.norms().forEach((name, scales) -> {
            var tensor = to.fused() ? table.parts().get(name) : table.tensors().get(name);
            norms.put(to.fused() ? tensor.name() : tensor.partNames().get(0), scales);
        });
        return norms;
    }

    /** Adapters of diffusers' layers from those of BFL's. */
    private Map<String, Adapter> split() {
        var split = new LinkedHashMap<String, Adapter>();
        from.adapters().forEach((name, adapter) -> {
            var module = table.modules().get(name);
            if (module.parts().size() == 1) {
                split.put(module.parts().get(0).name(), module.swapped() ? adapter.swapped() : adapter);
            } else {
                split(split, module, adapter);
            }
        });
        return split;
    }

    /**
     * The layers share A unless each has columns of B of its own. A layer whose rows of B are zero, while those of others are not, gets no
     * adapter.
     */
    private static void split(Map<String, Adapter> split, FluxModule module, Adapter adapter) {
        var columns = Columns.of(module, adapter);
        for (var part : module.parts()) {
            var b = Rows.slice(adapter.b(), part.from(), part.rows());
            var bias = adapter.bias() == null ? null : Rows.slice(adapter.bias(), part.from(), part.rows());
            var own = columns.get(part.name());
            if (own.count() == adapter.rank()) {
                split.put(part.name(), adapter.with(b, bias));
            } else if (own.count() > 0) {
                var plain = adapter.withoutRoot();
                split.put(
                        part.name(),
                        new Adapter(
                                Rows.slice(adapter.a(), own.from(), own.count()),
                                Columns.slice(b, own.from(), own.count()),
                                plain.alpha() * own.count() / adapter.rank(),
                                null,
                                false,
                                bias));
            } else if (bias != null) {
                split.put(part.name(), adapter.with(b, bias));
            }
        }
    }

    /** Adapters of BFL's layers from those of diffusers'. */
    private Map<String, Adapter> joined() {
        var joined = new LinkedHashMap<String, Adapter>();
        table.modules().forEach((name, module) -> {
            var parts = module.parts().stream()
                    .filter(part -> from.adapters().containsKey(part.name()))
                    .toList();
            if (parts.isEmpty()) {
                return;
            }
            var first = from.adapters().get(parts.get(0).name());
            if (module.parts().size() == 1) {
                joined.put(name, module.swapped() ? first.swapped() : first);
            } else {
                joined.put(name, joined(module, parts));
            }
        });
        return joined;
    }

    private Adapter joined(FluxModule module, List<FluxModule.Part> parts) {
        var adapters = new ArrayList<Adapter>();
        parts.forEach(part -> adapters.add(from.adapters().get(part.name())));
        var first = adapters.get(0);
        boolean shared = parts.size() > 1 && adapters.stream().allMatch(other -> sharesA(first, other));
        var bias = bias(module, parts, adapters);
        if (shared) {
            var b = joined(module, parts, adapters.stream().map(Adapter::b).toList(), false);
            return new Adapter(first.a(), b, first.alpha(), first.stored(), first.rankStabilised(), bias);
        }
        var plain = adapters.stream().map(Adapter::withoutRoot).toList();
        var reference = plain.stream()
                .filter(adapter -> adapter.alpha() != 0)
                .findFirst()
                .orElse(plain.get(0));
        var factors = plain.stream()
                .map(own -> sameScale(reference, own) ? own.b() : scaled(own.b(), own.scale() / reference.scale()))
                .toList();
        var a = Rows.join(Columns.alike(plain.stream().map(Adapter::a).toList()));
        double alpha = reference.alpha() * a.shape()[0] / reference.rank();
        return new Adapter(a, joined(module, parts, factors, true), alpha, null, false, bias);
    }

    /** B of a joined layer from those of its parts, which have columns of their own or share them. */
    private static TensorData joined(
            FluxModule module, List<FluxModule.Part> parts, List<TensorData> factors, boolean apart) {
        int columns = apart
                ? factors.stream().mapToInt(b -> (int) b.shape()[1]).sum()
                : (int) factors.get(0).shape()[1];
        var joined = new Columns.Grid(Columns.type(factors), module.rows(), columns);
        int column = 0;
        for (int i = 0; i < parts.size(); i++) {
            joined.put(parts.get(i).from(), column, factors.get(i));
            column += apart ? (int) factors.get(i).shape()[1] : 0;
        }
        return joined.data();
    }

    private static boolean sharesA(Adapter one, Adapter other) {
        return one.a().type() == other.a().type()
                && Arrays.equals(one.a().bytes(), other.a().bytes())
                && one.alpha() == other.alpha()
                && one.rankStabilised() == other.rankStabilised();
    }

    private static boolean sameScale(Adapter one, Adapter other) {
        return one.alpha() * other.rank() == other.alpha() * one.rank();
    }

    private static TensorData bias(FluxModule module, List<FluxModule.Part> parts, List<Adapter> adapters) {
        var biases = adapters.stream()
                .map(Adapter::bias)
                .filter(bias -> bias != null)
                .toList();
        if (biases.isEmpty()) {
            return null;
        }
        var bias = new Columns.Grid(Columns.type(biases), module.rows(), 1);
        for (int i = 0; i < parts.size(); i++) {
            if (adapters.get(i).bias() != null) {
                bias.put(parts.get(i).from(), 0, adapters.get(i).bias());
            }
        }
        return new TensorData(
                bias.data().type(), new long[] {module.rows()}, bias.data().bytes());
    }
}
