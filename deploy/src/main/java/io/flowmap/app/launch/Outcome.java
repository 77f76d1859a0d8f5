package io.flowmap.app.launch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.app.lab.LabPage;
import io.flowmap.config.Json;
import io.flowmap.data.LatentData;
import io.flowmap.data.LiteralPath;
import io.flowmap.eval.set.ImageSources;
import io.flowmap.eval.set.SampleSet;
import io.flowmap.eval.table.MetricRow;
import io.flowmap.eval.table.MetricTable;
import io.flowmap.file.Store;
import io.flowmap.model.NetworkSpec;
import io.flowmap.page.Axis;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.functions;

/**
 * Describes the result of a command in a sentence for its user, from the stage's manifest, even if an earlier run made it. What Spark has
 * to read from tables, which takes seconds, is said only of stages that are new.
 */
final class Outcome {
    private static final String LAB = "lab ";
    private static final List<String> PAGES =
            List.of(StageNames.REPORT, StageNames.DATASET, StageNames.SWEEP, StageNames.STUDY_REPORT, "study/simulate");
    private static final String STEPS = "/training/steps";
    private static final int MOST_NAMES = 20;

    private final JobContext context;
    private final String command;
    private final Instant since;

    /** @param since stages that were finished before this are not new */
    Outcome(JobContext context, String command, Instant since) {
        this.context = context;
        this.command = command;
        this.since = since;
    }

    /** The sentence, without punctuation at its end; empty if the command has no stage. */
    Optional<String> sentence() {
        return stage().filter(context::finished).map(stage -> {
            var dir = context.stage(stage);
            if (PAGES.contains(stage) || stage.startsWith(LAB.strip() + "/")) {
                return "page to open in a browser: " + shown(new Path(dir, LabPage.FILE));
            }
            var manifest = Manifest.read(Store.of(context.hadoop(), dir), dir);
            return made(manifest) + " in " + shown(dir) + (command.equals("generate") ? pictures(manifest, dir) : "");
        });
    }

    private Optional<String> stage() {
        if (command.startsWith(LAB)) {
            return Optional.of(command.replace(' ', '/'));
        }
        return Optional.ofNullable(
                switch (command) {
                    case "ingest" -> StageNames.DATA;
                    case "pretrain", "import" -> StageNames.TEACHER;
                    case "prepare-teacher" -> StageNames.prepared(setting("prepare.stage"));
                    case "distill" -> StageNames.FLOW_MAP;
                    case "finetune" -> StageNames.FINETUNED;
                    case "ema" -> StageNames.averaged(setting("ema.stage"));
                    case "generate" -> StageNames.SAMPLES;
                    case "evaluate" -> StageNames.METRICS;
                    case "report", "dataset", "sweep" -> command;
                    case "study make" -> StageNames.STUDY_PLAN;
                    case "study report", "study simulate" -> command.replace(' ', '/');
                    default -> null;
                });
    }

    private String made(Manifest manifest) {
        var facts = manifest.facts();
        boolean isNew = !Instant.parse(manifest.finished()).isBefore(since);
        return switch (command) {
            case "ingest" -> data(facts);
            case "pretrain", "import", "prepare-teacher" -> teacher(facts)
                    + training(
                            isNew,
                            stage().orElseThrow() + "/main",
                            manifest.config().at("/pretrain/main" + STEPS));
            case "distill" -> "flow map of " + parameters(facts, ".")
                    + training(isNew, StageNames.FLOW_MAP, manifest.config().at("/distill" + STEPS));
            case "finetune" -> "finetuned flow map of " + parameters(facts, ".")
                    + training(isNew, StageNames.FINETUNED, manifest.config().at("/finetune" + STEPS));
            case "ema" -> "averages of the parameters";
            case "generate" -> samples(manifest);
            case "evaluate" -> isNew ? metrics() : "distances";
            case "study make" -> study(facts);
            default -> throw new IllegalStateException("no stage of " + command);
        };
    }

    private static String data(JsonNode facts) {
        var kept = new ArrayList<String>();
        long left = 0;
        var splits = new TreeMap<String, JsonNode>(Comparator.reverseOrder()); // train before test
        facts.path("records").fields().forEachRemaining(split -> splits.put(split.getKey(), split.getValue()));
        for (var split : splits.entrySet()) {
            kept.add(count(split.getValue().path("kept").asLong()) + " " + split.getKey());
            left += split.getValue().path("filtered").asLong()
                    + split.getValue().path("quarantined").asLong();
        }
        int classes = facts.path("classes").asInt();
        return String.join(" and ", kept) + " records" + (classes > 0 ? " of " + classes + " classes" : "")
                + (left > 0 ? ", " + count(left) + " left out (flowmap dataset says why)" : "");
    }

    private static String teacher(JsonNode facts) {
        return "teacher of " + parameters(facts, "main")
                + (facts.at("/models/weak").isObject() ? " (weak model " + parameters(facts, "weak") + ")" : "");
    }

    private static String parameters(JsonNode facts, String model) {
        try {
            var spec = Json.mapper().treeToValue(facts.path("models").path(model), NetworkSpec.class);
            return count(spec.parameters().length()) + " parameters";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot read the network of a manifest that was just read", e);
        }
    }

    /** Steps and, of a new stage, the last round's loss, if they are stored. */
    private String training(boolean isNew, String stage, JsonNode steps) {
        var table = new Path(context.stage(stage), "training");
        var told = steps.isNumber() ? " after " + count(steps.asLong()) + " steps" : "";
        try {
            if (!isNew || !Store.of(context.hadoop(), table).exists(table)) {
                return told;
            }
        } catch (IOException e) {
            throw Store.failure("cannot look for " + table, e);
        }
        return told
                + context
                        .spark()
                        .read()
                        .parquet(LiteralPath.of(table))
                        .orderBy(functions.col("step").desc())
                        .select("loss")
                        .limit(1)
                        .collectAsList()
                        .stream()
                        .map(row -> ", loss " + Axis.format(row.<Number>getAs(0).doubleValue()))
                        .collect(Collectors.joining());
    }

    private static String samples(Manifest manifest) {
        var facts = manifest.facts();
        var steps = words(facts.path("steps")).collect(Collectors.joining(", "));
        return count(facts.path("samples").asLong()) + " samples each of "
                + words(facts.path("models")).collect(Collectors.joining(" and ")) + " at " + steps
                + (steps.equals("1") ? " step" : " steps");
    }

    /** The files of pictures, and the classes of their columns. */
    private String pictures(Manifest manifest, Path dir) {
        var grids = words(manifest.facts().path("grids")).toList();
        if (grids.isEmpty()) {
            return "";
        }
        var data = context.stage(StageNames.DATA);
        var names = LatentData.classNames(context.hadoop(), data);
        var more = names.size() > MOST_NAMES ? ", ... (" + names.size() + " classes)" : "";
        var first = new Path(dir, grids.get(0));
        return "; "
                + (grids.size() == 1
                        ? "picture " + shown(first)
                        : grids.size() + " pictures named MODEL-GUIDANCE-STEPS.png in " + shown(first.getParent()))
                + (names.isEmpty()
                        ? ""
                        : ", columns: " + names.stream().limit(MOST_NAMES).collect(Collectors.joining(", ")) + more);
    }

    private static String study(JsonNode facts) {
        return "study of " + words(facts.path("sets")).collect(Collectors.joining(", ")) + " with "
                + count(facts.path("participants").asLong()) + " participants of "
                + count(facts.path("questions").asLong()) + " questions";
    }

    /** The Frechet distance of both models at the best guidance weight, at few and at many steps. */
    private String metrics() {
        var dir = new Path(context.stage(StageNames.METRICS), MetricRow.TABLE);
        var table = new MetricTable(MetricRow.read(context.spark().read().parquet(LiteralPath.of(dir))));
        if (table.rows().stream().noneMatch(row -> row.steps() != null)) {
            return "distances";
        }
        var distances = new ArrayList<String>();
        for (var model : MetricTable.MODELS) {
            var steps = table.steps(model, table.bestGuidance());
            steps.stream()
                    .filter(n -> n <= 4 && model.equals(SampleSet.STUDENT) || n.equals(steps.get(steps.size() - 1)))
                    .forEach(n -> value(table.value(model, table.bestGuidance(), n, table.distance()))
                            .ifPresent(value -> distances.add(model + " " + value + " at " + n)));
        }
        value(table.ofRealImages(table.distance())).ifPresent(value -> distances.add("training images " + value));
        var split = table.protocol(table.distance()).reference().split();
        return table.distance() + " to the images of split " + split
                + (split.equals(ImageSources.TRAIN) ? ", which the models were trained on," : "")
                + " by steps, lower is better: " + String.join(", ", distances) + ";" + prompts(table);
    }

    /** The share of samples that show all that their prompts ask for, at the best guidance weight; empty if it was not measured. */
    private static String prompts(MetricTable table) {
        var shares = new ArrayList<String>();
        for (var metric : table.ofPrompts()) {
            for (var model : metric.endsWith(":all") ? MetricTable.MODELS : List.<String>of()) {
                table.steps(model, table.bestGuidance())
                        .forEach(n -> value(table.value(model, table.bestGuidance(), n, metric))
                                .ifPresent(value -> shares.add(model + " " + value + " at " + n)));
            }
        }
        return shares.isEmpty()
                ? ""
                : " share of samples that show their whole prompts, by steps: " + String.join(", ", shares) + ";";
    }

    private static Optional<String> value(OptionalDouble value) {
        return value.isEmpty() ? Optional.empty() : Optional.of(Axis.format(value.getAsDouble()));
    }

    /** The next command, with the same arguments; empty if there is none. */
    Optional<String> next(Request request) {
        if (request.command().equals("demo")) {
            return Optional.of("your own images, with a folder for each class: flowmap pipeline run.dir=runs/mine"
                    + " ingest.train=FOLDER evaluate.reference-split=train");
        }
        var next =
                switch (command) {
                    case "ingest" -> List.of("pretrain");
                    case "pretrain" -> List.of("distill");
                    case "import" -> List.of(
                            context.settings().tree("import.flux").isNull() ? "prepare-teacher" : "distill");
                    case "prepare-teacher" -> List.of("distill", "distill.teacher.stage=" + stage().orElseThrow());
                    case "distill" -> List.of("generate");
                    case "finetune" -> List.of("generate", "generate.student-stage=" + StageNames.FINETUNED);
                    case "ema" -> setting("ema.stage").equals(StageNames.FLOW_MAP)
                            ? List.of("generate", "generate.student-stage=" + stage().orElseThrow())
                            : List.<String>of();
                    case "generate" -> List.of("evaluate");
                    case "evaluate" -> List.of("report");
                    case "report" -> List.of("sweep");
                    case "study make" -> List.of("study serve");
                    default -> List.<String>of();
                };
        return next.isEmpty()
                ? Optional.empty()
                : Optional.of(Stream.of(
                                Stream.of("flowmap", next.get(0)),
                                request.arguments(),
                                next.stream().skip(1))
                        .flatMap(words -> words)
                        .collect(Collectors.joining(" ")));
    }

    private String setting(String key) {
        return context.settings().tree(key).asText();
    }

    private static String shown(Path dir) {
        return dir.toUri().getScheme().equals("file") ? dir.toUri().getPath() : StageInput.withoutCredentials(dir);
    }

    private static Stream<String> words(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText);
    }

    private static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }
}
