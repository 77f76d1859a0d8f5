package io.flowmap.distill.lora;

import io.flowmap.checkpoint.FrozenFile;
import io.flowmap.checkpoint.SafeTensors;
import io.flowmap.checkpoint.Tensors;
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
import io.flowmap.stage.Manifest;
import io.flowmap.stage.PeakMemory;
import io.flowmap.stage.Progress;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Writes a LoRA of FLUX.1 in the layout of another tool, or weights into which it is merged. The LoRA is a file of another tool, or that of
 * a flow map that was trained here; then the inputs that only a flow map has are written beside it.
 */
public final class LoraJob implements Job {
    private static final String NAME = "lora";
    private static final List<String> SECTIONS = List.of("lora.write", "lora.strength", "lora.axes", "lora.shard-gb");

    /** What the LoRA of a stage depends on too. */
    private static final String AVERAGE = "lora.average";

    private static final Pattern NAME_OF_A_STAGE = Pattern.compile("[\\w-]+");
    private static final String BESIDE = "flow-map-inputs.safetensors";

    /**
     * @param layout layout of the LoRA that was read
     * @param file what was written
     * @param beside file with the weights of the flow map's own inputs; "" for none
     * @param layers number of adapted layers, as the layout that was read counts them
     */
    private record Facts(LoraLayout layout, String file, String beside, int layers, FluxSizes sizes) {}

    /**
     * What is read.
     *
     * @param late weights of the flow map's own inputs
     * @param axes channels of a head that each position rotates
     */
    private record Read(LoraFile lora, FluxWeights base, Tensors late, List<Integer> axes, List<StageInput> inputs) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "Write a LoRA of FLUX.1, one trained here too, in the layout of another tool, or merge it into weights";
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
        var stage = stage(context, config);
        var read = stage == null ? ofFile(context, config) : ofStage(context, config, stage);
        var sections = new ArrayList<>(SECTIONS);
        if (stage != null) {
            sections.add(AVERAGE);
        }
        new Stage(StageNames.LORA, sections, read.inputs()).make(context, NAME, output -> {
            var file = write(output.fileSystem(), output.dir(), config, read);
            var beside = read.late().arrays().isEmpty() ? null : new Path(output.dir(), BESIDE);
            if (beside != null) {
                SafeTensors.write(output.fileSystem(), beside, read.late().sorted(), Map.of());
            }
            tell(context, read, file, beside, start);
            var lora = read.lora();
            return new Facts(
                    lora.layout(),
                    file.toString(),
                    beside == null ? "" : beside.toString(),
                    lora.adapters().size(),
                    lora.sizes());
        });
    }

    private static void tell(JobContext context, Read read, Path file, Path beside, long start) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("read", read.lora().layout());
        facts.put("layers", read.lora().adapters().size());
        facts.put("wrote", file);
        if (beside != null) {
            facts.put("beside", beside);
        }
        facts.put("seconds", (context.clock().millis() - start) / 1000.0);
        facts.put("peak_rss_mb", PeakMemory.megabytes());
        context.progress().phase(NAME, facts);
        context.progress().phase(NAME, Map.of(Progress.MADE, file));
    }

    /** The directory of the finished stage that lora.from names, as a stage of the run or by its path; null if it is none. */
    private static Path stage(JobContext context, LoraConfig config) {
        if (NAME_OF_A_STAGE.matcher(config.from()).matches() && context.finished(config.from())) {
            return context.stage(config.from());
        }
        var path = new Path(config.from());
        var fileSystem = Store.of(context.hadoop(), path);
        return Manifest.exists(fileSystem, path) ? fileSystem.makeQualified(path) : null;
    }

    private static Read ofFile(JobContext context, LoraConfig config) {
        if (config.base() == null) {
            throw new UserError("cannot read " + config.from()
                    + " as a LoRA: expected lora.base, the weights that it adapts, got none (a stage that has trained a"
                    + " LoRA needs none)");
        }
        var base = base(context, config);
        var from = new Path(config.from());
        LoraFile lora = LoraFile.read(Store.of(context.hadoop(), from), from, base.sizes());
        var inputs = List.of(
                new StageInput("lora.from", StageInput.withoutCredentials(from), hash(lora)), input(config, base));
        return new Read(lora, base, Tensors.of(Map.of()), config.axes(), inputs);
    }

    private static Read ofStage(JobContext context, LoraConfig config, Path stage) {
        var trained = TrainedLora.of(context.hadoop(), stage, config.average());
        var own = new StageInput(
                "lora.from",
                StageInput.withoutCredentials(stage),
                Manifest.hash(Store.of(context.hadoop(), stage), stage));
        var axes = trained.axes().isEmpty() ? config.axes() : trained.axes();
        if (config.base() == null) {
            return new Read(trained.lora(), trained.base(), trained.late(), axes, List.of(own));
        }
        var base = base(context, config);
        return new Read(trained.lora(), base, trained.late(), axes, List.of(own, input(config, base)));
    }

    private static StageInput input(LoraConfig config, FluxWeights base) {
        boolean merges = config.write().layout() == null;
        return new StageInput("lora.base", base.file(), merges ? hash(base) : hash(base.sizes()));
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

    private static Path write(FileSystem fileSystem, Path dir, LoraConfig config, Read read) {
        var lora = read.lora();
        var base = read.base();
        switch (config.write()) {
            case MERGED_BFL -> {
                var file = new Path(dir, "flux.safetensors");
                FluxFiles.writeBfl(fileSystem, file, base.merged(lora, config.strength()));
                return file;
            }
            case MERGED_DIFFUSERS -> {
                var folder = new Path(dir, "transformer");
                var merged = base.merged(lora, config.strength());
                FluxFiles.writeDiffusers(fileSystem, folder, merged, read.axes(), config.shard());
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
