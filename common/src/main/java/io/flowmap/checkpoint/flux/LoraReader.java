package io.flowmap.checkpoint.flux;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.Tensors.ArrayInfo;
import io.flowmap.checkpoint.flux.LoraLayout.Role;
import io.flowmap.checkpoint.foreign.ForeignJson;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads a LoRA. The names that its layout gives to the layers of the transformer are looked up in the file, all of them before any is read. */
final class LoraReader {
    /** Key of PEFT's configuration in diffusers' header; it holds JSON text. */
    static final String METADATA = "lora_adapter_metadata";

    static final String COMPONENT = "transformer.";

    private final LoraSource source;
    private final LoraLayout layout;
    private final FluxTable table;
    private final Map<String, ArrayInfo> left;
    private final KeyReport report = new KeyReport();
    private final AdapterConfig config;

    LoraReader(LoraSource source, FluxSizes sizes) {
        this.source = source;
        this.layout = source.layout();
        this.table = new FluxTable(sizes);
        this.left = new LinkedHashMap<>(source.tensors().arrays());
        this.config = config();
    }

    /** A layer of the layout. */
    private record Target(String name, FluxModule module, long rows) {}

    /** Names of an adapter's tensors in the file. */
    private record Keys(Target target, Map<Role, String> names) {}

    LoraFile read() {
        var keys = new LinkedHashMap<String, Keys>();
        var norms = new LinkedHashMap<String, String>();
        table.modules().values().forEach(module -> {
            if (module.isNorm()) {
                find(norms, module);
            } else if (layout.fused()) {
                find(keys, new Target(module.name(), module, layout.rows(module)));
            } else {
                module.parts().forEach(part -> find(keys, new Target(part.name(), module, part.rows())));
            }
        });
        left.forEach(report::unknown);
        var name = source.tensors().name();
        report.requireNothing("cannot read " + name + " as a LoRA of " + layout);
        if (keys.isEmpty()) {
            throw new UserError("cannot read " + name + " as a LoRA of " + layout + ": expected an adapter, got none");
        }
        var adapters = new LinkedHashMap<String, Adapter>();
        keys.forEach((module, found) -> adapters.put(module, adapter(found)));
        var scales = new LinkedHashMap<String, TensorData>();
        norms.forEach((tensor, key) -> scales.put(tensor, source.tensors().read(key)));
        return new LoraFile(name, layout, table.sizes(), adapters, scales, source.header(), source.adapterConfig());
    }

    private void find(Map<String, String> norms, FluxModule module) {
        var tensor = layout.fused()
                ? module.name() + ".scale"
                : module.parts().get(0).name() + ".weight";
        var key = layout.normKey(tensor);
        var info = key == null ? null : left.remove(key);
        if (info != null) {
            report.require(key, new long[] {module.rows()}, info);
            norms.put(tensor, key);
        }
    }

    private void find(Map<String, Keys> keys, Target target) {
        var names = new EnumMap<Role, String>(Role.class);
        var infos = new EnumMap<Role, ArrayInfo>(Role.class);
        for (var role : Role.values()) {
            var key = layout.key(target.name(), role);
            var info = key == null ? null : left.remove(key);
            if (info != null) {
                names.put(role, key);
                infos.put(role, info);
            }
        }
        if (names.isEmpty()) {
            return;
        }
        keys.put(target.name(), new Keys(target, names));
        if (names.containsKey(Role.A) && names.containsKey(Role.B)) {
            check(target, names, infos);
        } else {
            report.missing(layout.key(target.name(), names.containsKey(Role.A) ? Role.B : Role.A), "of an adapter");
            if (!names.containsKey(Role.A) && !names.containsKey(Role.B)) {
                report.missing(layout.key(target.name(), Role.B), "of an adapter");
            }
        }
    }

    private void check(Target target, Map<Role, String> names, Map<Role, ArrayInfo> infos) {
        long[] a = infos.get(Role.A).shape();
        long in = target.module().in();
        boolean fits =
                a.length == 2 && a[0] > 0 && (a[1] == in || target.module().widens() && a[1] > in);
        if (!fits) {
            report.different(names.get(Role.A), "[rank, " + in + "]", Arrays.toString(a));
            return;
        }
        if (config != null && config.rank(target.name()) != a[0]) {
            report.different(
                    names.get(Role.A),
                    "rank " + config.rank(target.name()) + " as in the adapter's configuration",
                    "" + a[0]);
        }
        report.requireReal(names.get(Role.A), infos.get(Role.A));
        report.require(names.get(Role.B), new long[] {target.rows(), a[0]}, infos.get(Role.B));
        var alpha = infos.get(Role.ALPHA);
        if (alpha != null && (alpha.count() != 1 || alpha.shape().length > 1)) {
            report.different(names.get(Role.ALPHA), "one number", Arrays.toString(alpha.shape()));
        }
        if (infos.containsKey(Role.BIAS)) {
            report.require(names.get(Role.BIAS), new long[] {target.rows()}, infos.get(Role.BIAS));
        }
    }

    private Adapter adapter(Keys keys) {
        var tensors = new EnumMap<Role, TensorData>(Role.class);
        keys.names().forEach((role, key) -> tensors.put(role, source.tensors().read(key)));
        var a = tensors.get(Role.A);
        var stored = tensors.get(Role.ALPHA);
        double alpha = stored != null
                ? stored.doubles()[0]
                : config != null ? config.alpha(keys.target().name()) : a.shape()[0];
        if (!Double.isFinite(alpha)) {
            throw new UserError("cannot read " + source.tensors().name() + ", tensor "
                    + keys.names().get(Role.ALPHA) + ": expected a finite number, got " + alpha);
        }
        return new Adapter(
                a,
                padded(tensors.get(Role.B), keys.target()),
                alpha,
                stored,
                stored == null && config != null && config.rankStabilised(),
                tensors.get(Role.BIAS));
    }

    /** B with zero rows for the part of a layer that the layout leaves alone. */
    private TensorData padded(TensorData b, Target target) {
        if (!layout.fused() || target.rows() == target.module().rows()) {
            return b;
        }
        long[] shape = {target.module().rows(), b.shape()[1]};
        int length = Math.toIntExact(TensorData.length(b.type(), shape));
        return new TensorData(b.type(), shape, Arrays.copyOf(b.bytes(), length));
    }

    /** Rank and alpha as PEFT describes them; null if the file leaves them to its tensors. */
    private AdapterConfig config() {
        try {
            if (source.adapterConfig() != null) {
                return AdapterConfig.of(ForeignJson.parse(source.adapterConfig()));
            }
            var metadata = source.header().get(METADATA);
            if (layout.fused() || metadata == null) {
                return null;
            }
            var own = ofTransformer(ForeignJson.parse(metadata));
            return own.isEmpty() ? null : AdapterConfig.of(own);
        } catch (IllegalArgumentException e) {
            var place = source.adapterConfig() != null ? LoraSource.CONFIG + " beside it" : METADATA + " of its header";
            throw new UserError("cannot read " + source.tensors().name() + ", " + place + ": " + e.getMessage(), e);
        }
    }

    private static JsonNode ofTransformer(JsonNode metadata) {
        var own = Json.mapper().createObjectNode();
        metadata.fields().forEachRemaining(field -> {
            if (field.getKey().startsWith(COMPONENT)) {
                own.set(field.getKey().substring(COMPONENT.length()), field.getValue());
            }
        });
        return own;
    }
}
