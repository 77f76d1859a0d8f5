package io.flowmap.distill.lora;

import io.flowmap.checkpoint.FrozenFile;
import io.flowmap.checkpoint.flux.FluxFiles;
import io.flowmap.checkpoint.flux.FluxSizes;
import io.flowmap.checkpoint.flux.FluxWeights;
import io.flowmap.checkpoint.flux.LoraFile;
import io.flowmap.checkpoint.flux.LoraLayout;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.checkpoint.foreign.WeightFolder;
import io.flowmap.config.UserError;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.PeakMemory;
import io.flowmap.stage.Progress;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Writes a LoRA of FLUX.1 in the layout of another tool, or weights into which it is merged. */
public final class LoraJob implements Job {
    private static final String NAME = "lora";
    private static final List<String> SECTIONS = List.of("lora.write", "lora.strength", "lora.axes", "lora.shard-gb");

    /**
     * @param layout layout of the LoRA that was read
     * @param file what was written
     * @param layers number of adapted layers, as the layout that was read counts them
     */
    private record Facts(LoraLayout layout, String file, int layers, FluxSizes sizes) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "Write a LoRA of FLUX.1 in the layout of another tool, or merge it into weights";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of(NAME, LoraConfig.class);
    }

    @Override
    public Map<String, String> options() {
        return Map.of("--from", "lora.from", "--base", "lora.base", "--write", "lora.write");
    }

    @Override
    public void run(JobContext context) {
        var config = context.settings().section(NAME, LoraConfig.class);
        try {
            run(context, config);
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot open " + config.from() + " or " + config.base() + ": " + e.getMessage(), e);
        }
    }

    private static void run(JobContext context, LoraConfig config) {
        long start = context.clock().millis();
        FluxWeights base = base(context, config);
        var from = new Path(config.from());
        LoraFile lora = LoraFile.read(Store.of(context.hadoop(), from), from, base.sizes());
        boolean merges = config.write().layout() == null;
        var inputs = List.of(
                new StageInput("lora.from", StageInput.withoutCredentials(from), hash(lora)),
                new StageInput("lora.base", base.file(), merges ? hash(base) : hash(base.sizes())));
        new Stage(StageNames.LORA, SECTIONS, inputs).make(context, NAME, output -> {
            var file = write(output.fileSystem(), output.dir(), config, base, lora);
            context.progress()
                    .phase(
                            NAME,
                            Map.of(
                                    "read", lora.layout(),
                                    "layers", lora.adapters().size(),
                                    "wrote", file,
                                    "seconds", (context.clock().millis() - start) / 1000.0,
                                    "peak_rss_mb", PeakMemory.megabytes()));
            context.progress().phase(NAME, Map.of(Progress.MADE, file));
            return new Facts(lora.layout(), file.toString(), lora.adapters().size(), base.sizes());
        });
    }

    private static FluxWeights base(JobContext context, LoraConfig config) {
        var place = WeightFolder.transformer(context.hadoop(), new Path(config.base()));
        return FluxWeights.of(ForeignCheckpoint.open(Store.of(context.hadoop(), place), place));
    }

    private static String hash(LoraFile lora) {
        var header = lora.header() + " " + lora.adapterConfig();
        return FrozenFile.of("", lora.tensors()).sha256() + Sha256.of(header.getBytes(StandardCharsets.UTF_8));
    }

    private static String hash(FluxWeights base) {
        return FrozenFile.of("", base.bfl().sorted()).sha256();
    }

    private static String hash(FluxSizes sizes) {
        return Sha256.of(sizes.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static Path write(FileSystem fileSystem, Path dir, LoraConfig config, FluxWeights base, LoraFile lora) {
        switch (config.write()) {
            case MERGED_BFL -> {
                var file = new Path(dir, "flux.safetensors");
                FluxFiles.writeBfl(fileSystem, file, base.merged(lora, config.strength()));
                return file;
            }
            case MERGED_DIFFUSERS -> {
                var folder = new Path(dir, "transformer");
                var merged = base.merged(lora, config.strength());
                FluxFiles.writeDiffusers(fileSystem, folder, merged, config.axes(), config.shard());
                return folder;
            }
            case PEFT -> {
                FluxFiles.write(fileSystem, new Path(dir, "peft"), lora.to(LoraLayout.PEFT));
                return new Path(dir, "peft");
            }
            default -> {
                var file = new Path(
                        dir,
                        config.write() == LoraConfig.Output.KOHYA
                                ? "lora.safetensors"
                                : "pytorch_lora_weights.safetensors");
                FluxFiles.write(fileSystem, file, lora.to(config.write().layout()));
                return file;
            }
        }
    }
}
