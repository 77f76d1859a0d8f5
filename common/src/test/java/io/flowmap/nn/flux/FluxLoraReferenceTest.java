package io.flowmap.nn.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.checkpoint.flux.FluxWeights;
import io.flowmap.checkpoint.flux.LoraFile;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.nn.AdaptedNetwork;
import io.flowmap.nn.Adapters;
import io.flowmap.nn.Scope;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Outputs of FLUX's transformer with the LoRAs of the folder flux/lora: merged into its weights, and beside them. */
@Tag("reference")
class FluxLoraReferenceTest {
    private static final String OUTPUT = "_out_f64.npz";
    private static final double UNMERGED = 1e-9;
    private static final double MERGED_F32 = 1e-6;

    @Test
    void outputsMatchWithEveryLora() throws IOException {
        for (Path set :
                Reference.folders(Reference.require("flux", "lora"), set -> Files.isDirectory(transformer(set)))) {
            var c = FluxCase.read(transformer(set));
            int cases = 0;
            for (String name : cases(set)) {
                cases += check(set, name, c);
            }
            Reference.checked(set, cases);
        }
    }

    private static Path transformer(Path set) {
        return set.resolve("../../transformer").resolve(set.getFileName()).normalize();
    }

    private static Iterable<String> cases(Path set) throws IOException {
        try (var files = Files.list(set)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(OUTPUT))
                    .map(name -> name.substring(0, name.length() - OUTPUT.length()))
                    .sorted()
                    .toList();
        }
    }

    private static int check(Path set, String name, FluxCase c) throws IOException {
        var fileSystem = FileSystem.getLocal(new Configuration());
        var bfl = new org.apache.hadoop.fs.Path(c.folder().resolve("bfl").toUri());
        var base = FluxWeights.of(ForeignCheckpoint.open(fileSystem, file(bfl, fileSystem)));
        var folder = set.resolve(name);
        var source = Files.isDirectory(folder) ? folder : set.resolve(name + ".safetensors");
        var lora = LoraFile.read(fileSystem, new org.apache.hadoop.fs.Path(source.toUri()), base.sizes());
        var goldens = Npy.readZip(set.resolve(name + OUTPUT));
        int cases = 0;
        for (String golden : goldens.keySet()) {
            if (!golden.startsWith("out")) {
                continue;
            }
            double strength = golden.equals("out") ? 1 : Double.parseDouble("0." + golden.replaceAll("\\D+0", ""));
            var merged = new LinkedHashMap<String, INDArray>();
            var tensors = base.merged(lora, strength).bfl();
            tensors.arrays().keySet().forEach(tensor -> merged.put(tensor, FluxCase.array(tensors.read(tensor))));
            compare(set, name + " merged " + golden, c, scope -> scope, merged, goldens, golden, MERGED_F32);
            cases++;
            if (lora.norms().isEmpty()) { // scales of norms and biases have no place beside the weights
                var weights = new HashMap<>(c.weights());
                var adapters = beside(lora, strength, weights);
                var network = new AdaptedNetwork(c.network(false), adapters);
                compare(set, name + " " + golden, c, network::in, weights, goldens, golden, UNMERGED);
                cases++;
            }
        }
        return cases;
    }

    private static org.apache.hadoop.fs.Path file(org.apache.hadoop.fs.Path folder, FileSystem fileSystem)
            throws IOException {
        for (var status : fileSystem.listStatus(folder)) {
            if (status.getPath().getName().endsWith(".safetensors")) {
                return status.getPath();
            }
        }
        throw new IOException("no safetensors in " + folder);
    }

    /** The adapters of a file under the house's names. Puts A and B into {@code weights}. */
    private static Adapters beside(LoraFile lora, double strength, Map<String, INDArray> weights) {
        var adapters = new HashMap<String, Adapters.Adapter>();
        lora.adapters().forEach((module, adapter) -> {
            boolean bfl = weights.containsKey(module + ".weight");
            var map = bfl ? module : FluxAdapters.map(module);
            adapters.put(map, new Adapters.Adapter(adapter.rank(), strength * adapter.scale()));
            weights.put(map + ".lora_A.weight", FluxCase.array(adapter.a()));
            var up = map + ".lora_B.weight";
            var b = FluxCase.array(adapter.b());
            weights.put(up, bfl ? b : FluxAdapters.swapped(up, b));
        });
        return adapters::get;
    }

    private interface Scoping {
        Scope of(Scope scope);
    }

    private static void compare(
            Path set,
            String what,
            FluxCase c,
            Scoping scoping,
            Map<String, INDArray> weights,
            Map<String, Npy> goldens,
            String golden,
            double tolerance) {
        var inputs = Reference.arrays(c.folder(), "inputs");
        if (goldens.containsKey("img_cond")) {
            inputs.put("img_cond", goldens.get("img_cond"));
        }
        try (var graph = new FluxGraph(DataType.DOUBLE, inputs)) {
            SDVariable image = graph.input("img");
            if (goldens.containsKey("img_cond")) {
                image = graph.scope.graph().concat(2, image, graph.input("img_cond"));
            }
            var tokens = graph.tokens(image, graph.input("timesteps"), null, "");
            var y = c.network(false).apply(scoping.of(graph.scope), tokens);
            double[] actual = graph.run(Map.of("y", y), weights).get("y");
            assertThat(Reference.relativeToMaximum(actual, goldens.get(golden).values()))
                    .as(set + " " + what)
                    .isLessThan(tolerance);
        }
    }
}
