package io.flowmap.stage;

import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/** Names of the pipeline's stages, which are also their directories in {@code run.dir}, and the commands that make them. */
public final class StageNames {
    public static final String DATA = "data";
    public static final String TEACHER = "teacher";
    public static final String FLOW_MAP = "flowmap";
    public static final String FINETUNED = "finetuned";
    public static final String SAMPLES = "samples";
    public static final String CLASSIFIER = "classifier";
    public static final String METRICS = "metrics";
    public static final String REPORT = "report";
    public static final String DATASET = "dataset";
    public static final String SWEEP = "sweep";
    public static final String LORA = "lora";
    public static final String STUDY_PLAN = "study/plan";
    public static final String STUDY_ANSWERS = "study/answers";
    public static final String STUDY_REPORT = "study/report";

    private static final String PREPARED = "-prepared";
    private static final String AVERAGED = "-ema";

    private static final Map<String, String> COMMANDS = Map.ofEntries(
            Map.entry(DATA, "ingest"),
            Map.entry(TEACHER, "pretrain (or import)"),
            Map.entry(FLOW_MAP, "distill"),
            Map.entry(FINETUNED, "finetune"),
            Map.entry(SAMPLES, "generate"),
            Map.entry(CLASSIFIER, "evaluate"),
            Map.entry(METRICS, "evaluate"),
            Map.entry(REPORT, "report"),
            Map.entry(DATASET, "dataset"),
            Map.entry(SWEEP, "sweep"),
            Map.entry("plan", "study make"));

    private StageNames() {}

    /** Name of the stage that {@code prepare-teacher} makes from a stage: {@code teacher-prepared}. */
    public static String prepared(String stage) {
        return stage + PREPARED;
    }

    /** Name of the stage that {@code ema} makes from a stage: {@code flowmap-ema}. */
    public static String averaged(String stage) {
        return stage + AVERAGED;
    }

    /** The command that makes a stage, for messages about a missing stage; empty for directories with other names. */
    static Optional<String> command(Path stage) {
        var name = stage.getName();
        if (name.endsWith(AVERAGED)) {
            return Optional.of("ema");
        }
        return Optional.ofNullable(name.equals(prepared(TEACHER)) ? "prepare-teacher" : COMMANDS.get(name));
    }
}
