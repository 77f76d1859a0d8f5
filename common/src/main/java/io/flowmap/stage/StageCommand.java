package io.flowmap.stage;

import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/** Which command makes a stage, for messages about one that is missing. */
final class StageCommand {
    private static final Map<String, String> COMMANDS = Map.of(
            "data", "ingest",
            "teacher", "pretrain (or import)",
            "teacher-prepared", "prepare-teacher",
            "flowmap", "distill",
            "finetuned", "finetune",
            "samples", "generate",
            "classifier", "evaluate",
            "metrics", "evaluate",
            "report", "report");

    private StageCommand() {}

    /** The command, empty for a directory of another name. */
    static Optional<String> of(Path stage) {
        var name = stage.getName();
        return Optional.ofNullable(COMMANDS.getOrDefault(name, name.endsWith("-ema") ? "ema" : null));
    }
}
