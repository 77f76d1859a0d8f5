package io.flowmap.distill.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.checkpoint.Tensors;
import io.flowmap.checkpoint.flux.FluxWeights;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.checkpoint.foreign.WeightFolder;
import io.flowmap.config.UserError;
import io.flowmap.distill.train.Sessions;
import io.flowmap.file.Store;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code lora} on LoRAs that others' code wrote (folder flux/lora). */
@Tag("reference")
class LoraJobReferenceTest {
    private static final String MERGED = "_merged_bfl_f32.npz";
    private static final double F32 = 2e-7;
    private static final String CONTROL = "bfl_control";

    @TempDir
    Path dir;

    @Test
    void mergedWeightsOfBothLayoutsAreGolden() throws IOException {
        for (Path set : sets()) {
            int cases = 0;
            for (String name : cases(set)) {
                for (String layout : List.of("merged_bfl", "merged_diffusers")) {
                    Path out = run(set, source(set, name), layout);
                    Tensors merged =
                            FluxWeights.of(checkpoint(file(out, layout))).bfl();
                    Map<String, Npy> golden = Npy.readZip(set.resolve(name + MERGED));
                    golden.forEach((tensor, expected) -> assertThat(Reference.relativeToMaximum(
                                    merged.read(tensor).doubles(), expected.values()))
                            .as("%s %s %s", name, layout, tensor)
                            .isLessThan(F32));
                    cases++;
                }
            }
            Reference.checked(set, cases);
        }
    }

    /** Written in one layout, then merged from there. */
    @Test
    void everyLayoutThatIsWrittenMergesToGoldenWeights() throws IOException {
        for (Path set : sets()) {
            int cases = 0;
            for (String name : cases(set)) {
                for (String layout :
                        name.startsWith(CONTROL) ? List.of("diffusers") : List.of("diffusers", "peft", "kohya")) {
                    Path written = file(run(set, source(set, name), layout), layout);
                    Path merged = file(run(set, written, "merged_bfl"), "merged_bfl");
                    Tensors weights = FluxWeights.of(checkpoint(merged)).bfl();
                    Npy.readZip(set.resolve(name + MERGED))
                            .forEach((tensor, expected) -> assertThat(Reference.relativeToMaximum(
                                            weights.read(tensor).doubles(), expected.values()))
                                    .as("%s %s %s", name, layout, tensor)
                                    .isLessThan(F32));
                    cases++;
                }
            }
            Reference.checked(set, cases);
        }
    }

    @Test
    void aFinishedConversionIsSkippedAndAnotherLoraIsRefused() throws IOException {
        Path set = sets().get(0);
        List<String> plain = cases(set).stream().filter(name -> !name.startsWith(CONTROL)).toList();
        JobContext context = context(set, source(set, plain.get(0)), "kohya", dir.resolve("run"));
        new LoraJob().run(context);
        var stage = context.stage("lora");
        Manifest first = Manifest.read(Store.of(hadoop(), stage), stage);
        new LoraJob().run(context);
        assertThat(Manifest.read(Store.of(hadoop(), stage), stage)).isEqualTo(first);
        Path other = source(set, plain.get(1));
        assertThatThrownBy(() -> new LoraJob().run(context(set, other, "kohya", dir.resolve("run"))))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("lora.from");
    }

    private Path run(Path set, Path lora, String layout) {
        Path run = dir.resolve("run-" + layout + "-" + Math.abs(lora.hashCode()));
        new LoraJob().run(context(set, lora, layout, run));
        return run.resolve("lora");
    }

    private static Path file(Path out, String layout) {
        return out.resolve(
                switch (layout) {
                    case "merged_bfl" -> "flux.safetensors";
                    case "merged_diffusers" -> "transformer";
                    case "peft" -> "peft";
                    case "kohya" -> "lora.safetensors";
                    default -> "pytorch_lora_weights.safetensors";
                });
    }

    private static ForeignCheckpoint checkpoint(Path path) {
        var file = WeightFolder.transformer(hadoop(), new org.apache.hadoop.fs.Path(path.toUri()));
        return ForeignCheckpoint.open(Store.of(hadoop(), file), file);
    }

    private static JobContext context(Path set, Path lora, String layout, Path run) {
        Path base = set.resolve("../../transformer").resolve(set.getFileName()).normalize();
        return Sessions.context(
                Sessions.open("local[1]"),
                new ArrayList<>(List.of(
                                "run.dir=" + run,
                                "lora.from=" + lora,
                                "lora.base=" + base.resolve("diffusers"),
                                "lora.write=" + layout,
                                "lora.shard-gb=0.0001"))
                        .toArray(String[]::new));
    }

    private static List<Path> sets() {
        return Reference.folders(
                Reference.require("flux", "lora"),
                set -> Files.isDirectory(set.resolve("../../transformer").resolve(set.getFileName())));
    }

    private static List<String> cases(Path set) throws IOException {
        try (var files = Files.list(set)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(MERGED))
                    .map(name -> name.substring(0, name.length() - MERGED.length()))
                    .sorted()
                    .toList();
        }
    }

    private static Path source(Path set, String name) {
        Path folder = set.resolve(name);
        return Files.isDirectory(folder) ? folder : set.resolve(name + ".safetensors");
    }

    private static Configuration hadoop() {
        return Sessions.open("local[1]").sparkContext().hadoopConfiguration();
    }
}
