package io.flowmap.checkpoint.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.Tensors;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.checkpoint.foreign.ModelFolder;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of FLUX that others' code wrote, and what it makes of them (folder flux: transformer, lora). */
@Tag("reference")
class FluxFilesReferenceTest {
    private static final String MERGED = "_merged_bfl_f32.npz";
    private static final double F32 = 2e-7;
    /** Golden values of a control LoRA hold a part of the tensors alone. */
    private static final String CONTROL = "bfl_control";

    @TempDir
    Path dir;

    @Test
    void bothLayoutsHoldTheSameWeights() throws IOException {
        for (Path set : sets()) {
            FluxWeights bfl = open(set.resolve("bfl"));
            FluxWeights diffusers = open(set.resolve("diffusers"));
            assertThat(bfl.layout()).isEqualTo(FluxLayout.BFL);
            assertThat(diffusers.layout()).isEqualTo(FluxLayout.DIFFUSERS);
            assertThat(diffusers.sizes()).isEqualTo(bfl.sizes());
            requireEqual(diffusers.bfl(), bfl.bfl());
            requireEqual(bfl.diffusers(), checkpoint(set.resolve("diffusers")));
            Reference.checked(set, bfl.bfl().arrays().size());
        }
    }

    @Test
    void weightsWrittenInEitherLayoutComeBackBitForBit() throws IOException {
        for (Path set : sets()) {
            FluxWeights weights = open(set.resolve("bfl"));
            Path out = dir.resolve(set.getFileName());
            FluxFiles.writeBfl(fileSystem(), hadoop(out.resolve("bfl/flux.safetensors")), weights);
            var axes = new ArrayList<Integer>();
            Reference.json(set.resolve("diffusers"), "config")
                    .path("axes_dims_rope")
                    .forEach(axis -> axes.add(axis.asInt()));
            for (long shard : new long[] {FluxFiles.SHARD, 100_000}) {
                Path folder = out.resolve("diffusers-" + shard);
                FluxFiles.writeDiffusers(fileSystem(), hadoop(folder), weights, axes, shard);
                requireEqual(checkpoint(folder), checkpoint(set.resolve("diffusers")));
                var written = Reference.json(folder, "config");
                Reference.json(set.resolve("diffusers"), "config").fields().forEachRemaining(field -> {
                    if (!field.getKey().equals("out_channels")) {
                        assertThat(written.path(field.getKey()))
                                .as(field.getKey())
                                .isEqualTo(field.getValue());
                    }
                });
            }
            requireEqual(open(out.resolve("bfl")).bfl(), weights.bfl());
            Reference.checked(set, 3);
        }
    }

    @Test
    void everyLoraMergesToItsGoldenWeights() throws IOException {
        for (Path set : loraSets()) {
            FluxWeights base = base(set);
            int cases = 0;
            for (var lora : loras(set, base).entrySet()) {
                requireMerged(set, lora.getKey(), base, lora.getValue());
                cases++;
            }
            Reference.checked(set, cases);
        }
    }

    private static void requireMerged(Path set, String name, FluxWeights base, LoraFile lora) {
        FluxWeights merged = base.merged(lora, 1);
        Map<String, Npy> golden = Npy.readZip(set.resolve(name + MERGED));
        assertThat(golden).isNotEmpty();
        golden.forEach((tensor, expected) -> {
            TensorData actual = merged.bfl().read(tensor);
            assertThat(actual.shape()).as("%s %s", name, tensor).isEqualTo(expected.shape());
            assertThat(Reference.relativeToMaximum(actual.doubles(), expected.values()))
                    .as("%s %s", name, tensor)
                    .isLessThan(F32);
        });
        if (!name.startsWith(CONTROL)) {
            base.bfl().arrays().keySet().stream()
                    .filter(tensor -> !golden.containsKey(tensor))
                    .forEach(tensor -> assertThat(merged.bfl().read(tensor).bytes())
                            .as("%s %s", name, tensor)
                            .isEqualTo(base.bfl().read(tensor).bytes()));
        }
    }

    /** Half of the strength makes half of the change. */
    @Test
    void strengthScalesTheChange() throws IOException {
        for (Path set : loraSets()) {
            FluxWeights base = base(set);
            int cases = 0;
            for (var lora : loras(set, base).entrySet()) {
                var whole = base.merged(lora.getValue(), 1).bfl();
                var half = base.merged(lora.getValue(), 0.5).bfl();
                for (var tensor : whole.arrays().keySet()) {
                    double[] from = base.bfl().read(tensor).doubles();
                    double[] to = whole.read(tensor).doubles();
                    if (tensor.endsWith(".scale") || from.length != to.length) {
                        continue;
                    }
                    var middle = new double[from.length];
                    for (int i = 0; i < middle.length; i++) {
                        middle[i] = (from[i] + to[i]) / 2;
                    }
                    assertThat(Reference.relativeToMaximum(half.read(tensor).doubles(), middle))
                            .as("%s %s", lora.getKey(), tensor)
                            .isLessThan(F32);
                }
                cases++;
            }
            Reference.checked(set, cases);
        }
    }

    @Test
    void everyLoraIsWrittenBackBitForBitInItsLayout() throws IOException {
        for (Path set : loraSets()) {
            int cases = 0;
            for (var lora : loras(set, base(set)).entrySet()) {
                Path source = source(set, lora.getKey());
                Path out = dir.resolve(set.getFileName() + "-" + source.getFileName());
                FluxFiles.write(fileSystem(), hadoop(out), lora.getValue());
                if (Files.isDirectory(source)) {
                    requireSameBytes(
                            out.resolve("adapter_model.safetensors"), source.resolve("adapter_model.safetensors"));
                    requireSameBytes(out.resolve("adapter_config.json"), source.resolve("adapter_config.json"));
                } else {
                    requireSameBytes(out, source);
                }
                cases++;
            }
            Reference.checked(set, cases);
        }
    }

    private static void requireSameBytes(Path actual, Path expected) throws IOException {
        assertThat(Files.mismatch(actual, expected))
                .as("first byte that differs from %s", expected)
                .isEqualTo(-1);
    }

    /** Written in another layout and read again, a LoRA merges to the same weights. */
    @Test
    void everyLoraMergesToTheSameWeightsFromEveryLayoutThatHoldsIt() throws IOException {
        for (Path set : loraSets()) {
            FluxWeights base = base(set);
            int cases = 0;
            for (var lora : loras(set, base).entrySet()) {
                boolean control = lora.getKey().startsWith(CONTROL);
                var layouts = control
                        ? List.of(LoraLayout.DIFFUSERS)
                        : List.of(
                                LoraLayout.DIFFUSERS,
                                LoraLayout.PEFT,
                                LoraLayout.KOHYA,
                                LoraLayout.DIFFUSERS_OLDER,
                                LoraLayout.BFL);
                for (LoraLayout layout : layouts) {
                    Path out = dir.resolve(set.getFileName() + "-" + lora.getKey() + "-" + layout);
                    FluxFiles.write(fileSystem(), hadoop(out), lora.getValue().to(layout));
                    LoraFile read = LoraFile.read(fileSystem(), hadoop(out), base.sizes());
                    assertThat(read.layout()).isEqualTo(layout);
                    requireMerged(set, lora.getKey(), base, read);
                    cases++;
                }
            }
            Reference.checked(set, cases);
        }
    }

    /** The layers of BFL join several of diffusers': alpha comes back from there where these have one scale. */
    @Test
    void alphaAndFactorsSurviveTheWayThroughOtherLayouts() throws IOException {
        for (Path set : loraSets()) {
            FluxWeights base = base(set);
            int cases = 0;
            for (var lora : loras(set, base).entrySet()) {
                LoraFile first = lora.getValue();
                if (lora.getKey().startsWith(CONTROL)) {
                    continue;
                }
                for (LoraLayout layout : List.of(LoraLayout.DIFFUSERS, LoraLayout.PEFT, LoraLayout.KOHYA)) {
                    if (layout.fused() == first.layout().fused() && isPlain(first) || hasOneScale(first)) {
                        Path out = dir.resolve("way-" + set.getFileName() + "-" + lora.getKey() + "-" + layout);
                        FluxFiles.write(fileSystem(), hadoop(out), first.to(layout));
                        LoraFile read = LoraFile.read(fileSystem(), hadoop(out), base.sizes());
                        requireSame(lora.getKey() + " " + layout, read.to(first.layout()), first);
                        cases++;
                    }
                }
            }
            Reference.checked(set, cases);
        }
    }

    private static boolean isPlain(LoraFile lora) {
        return lora.adapters().values().stream().noneMatch(Adapter::rankStabilised);
    }

    private static boolean hasOneScale(LoraFile lora) {
        return isPlain(lora)
                && lora.adapters().values().stream()
                                .map(Adapter::scale)
                                .distinct()
                                .count()
                        == 1;
    }

    private static void requireSame(String what, LoraFile actual, LoraFile expected) {
        assertThat(actual.adapters().keySet())
                .as(what)
                .containsExactlyInAnyOrderElementsOf(expected.adapters().keySet());
        expected.adapters().forEach((name, adapter) -> {
            Adapter other = actual.adapters().get(name);
            assertThat(other.alpha()).as("%s %s", what, name).isEqualTo(adapter.alpha());
            assertThat(Arrays.equals(other.a().bytes(), adapter.a().bytes()))
                    .as("%s %s A", what, name)
                    .isTrue();
            assertThat(Arrays.equals(other.b().bytes(), adapter.b().bytes()))
                    .as("%s %s B", what, name)
                    .isTrue();
        });
    }

    /** The LoRA of the student, as diffusers wrote it. */
    @Test
    void theStudentsLoraIsWrittenBackBitForBit() throws IOException {
        for (Path set : sets()) {
            Path source = set.resolve("ayf/pytorch_lora_weights.safetensors");
            if (Files.exists(source)) {
                LoraFile lora = LoraFile.read(
                        fileSystem(), hadoop(source), open(set.resolve("bfl")).sizes());
                Path out = dir.resolve(set.getFileName() + "-student.safetensors");
                FluxFiles.write(fileSystem(), hadoop(out), lora);
                requireSameBytes(out, source);
                Reference.checked(set, lora.adapters().size());
            }
        }
    }

    static List<Path> sets() {
        return Reference.folders(
                Reference.require("flux", "transformer"), set -> Files.isDirectory(set.resolve("bfl")));
    }

    static List<Path> loraSets() {
        return Reference.folders(
                Reference.require("flux", "lora"),
                set -> Files.isDirectory(set.resolve("../../transformer").resolve(set.getFileName())));
    }

    static FluxWeights base(Path loraSet) {
        return open(loraSet.resolve("../../transformer")
                .resolve(loraSet.getFileName())
                .resolve("bfl"));
    }

    private static Map<String, LoraFile> loras(Path set, FluxWeights base) {
        var loras = new TreeMap<String, LoraFile>();
        for (String name : cases(set)) {
            loras.put(name, LoraFile.read(fileSystem(), hadoop(source(set, name)), base.sizes()));
        }
        return loras;
    }

    static List<String> cases(Path set) {
        try (var files = Files.list(set)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(MERGED))
                    .map(name -> name.substring(0, name.length() - MERGED.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path source(Path set, String name) {
        Path folder = set.resolve(name);
        return Files.isDirectory(folder) ? folder : set.resolve(name + ".safetensors");
    }

    static FluxWeights open(Path folder) {
        return FluxWeights.of(checkpoint(folder));
    }

    static ForeignCheckpoint checkpoint(Path folder) {
        var model = ModelFolder.of(fileSystem(), hadoop(folder));
        assertThat(model.parts()).as("%s", folder).hasSize(1);
        return model.open(model.parts().get(0));
    }

    static void requireEqual(Tensors actual, Tensors expected) {
        assertThat(actual.arrays().keySet())
                .containsExactlyInAnyOrderElementsOf(expected.arrays().keySet());
        expected.arrays().keySet().forEach(name -> {
            TensorData one = actual.read(name);
            TensorData other = expected.read(name);
            assertThat(one.type()).as(name).isEqualTo(other.type());
            assertThat(one.shape()).as(name).isEqualTo(other.shape());
            assertThat(Arrays.equals(one.bytes(), other.bytes())).as(name).isTrue();
        });
    }

    static FileSystem fileSystem() {
        try {
            return FileSystem.getLocal(new Configuration()).getRaw();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static org.apache.hadoop.fs.Path hadoop(Path path) {
        return new org.apache.hadoop.fs.Path(path.normalize().toUri());
    }
}
