package io.flowmap.bench;

import io.flowmap.checkpoint.WeightStore;
import io.flowmap.config.Settings;
import io.flowmap.distill.train.memory.MemoryPlan;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.PeakMemory;
import io.flowmap.stage.Progress;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Planned memory of the trainings of a configuration against what they hold after their last of two steps. */
@Command(
        name = "memory",
        mixinStandardHelpOptions = true,
        description = "Planned and measured memory of two steps of each training of a configuration, and the peak RSS.")
final class MemoryBench implements Callable<Integer> {
    private static final List<String> TWO_STEPS = List.of(
            "training.workers=1",
            "training.steps=2",
            "training.ema-stds=[0.1]",
            "training.checkpoint-every=1000",
            "training.snapshot-every=0",
            "training.keep-checkpoints=1",
            "training.activation-checkpointing=true",
            "pretrain.main.training.steps=2",
            "pretrain.weak.training.steps=2",
            "prepare.alignment.training.steps=2",
            "prepare.finetune.training.steps=2",
            "distill.training.steps=2",
            "distill.objective.warmup-steps=0",
            "finetune.training.steps=2");

    @Spec
    private CommandSpec spec;

    @Option(names = "--config", required = true, description = "Configuration of the run.")
    private Path config;

    @Option(
            names = "--stages",
            split = ",",
            defaultValue = "pretrain,distill",
            description =
                    "Commands in their order: pretrain or import and prepare-teacher, distill, finetune (${DEFAULT-VALUE}).")
    private List<String> stages;

    @Option(names = "--batch", defaultValue = "2", description = "Samples of a step (${DEFAULT-VALUE}).")
    private int batch;

    @Parameters(description = "Further settings, key=value: ingest.train=DIR is needed.")
    private List<String> settings = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        var out = spec.commandLine().getOut();
        var folder = Files.createTempDirectory("flowmap-memory");
        long before = ResidentMemory.nativeMegabytes();
        try (var spark = SparkSession.builder()
                .appName("flowmap bench memory")
                .master("local[1]")
                .config("spark.ui.enabled", false)
                .getOrCreate()) {
            var context = new JobContext(spark, settings(folder), new Watch("ingest", out, before), Clock.systemUTC());
            run(context, "ingest", out, before);
            for (var stage : stages) {
                run(context, stage, out, before);
            }
        } finally {
            FileUtil.fullyDelete(folder.toFile());
        }
        out.printf(Locale.ROOT, "peak_rss_gb=%.2f%n", PeakMemory.megabytes() / 1024.0);
        out.flush();
        return 0;
    }

    private Settings settings(Path folder) {
        var all = new ArrayList<>(TWO_STEPS);
        all.add("training.batch-per-worker=" + batch);
        all.add("run.dir=" + folder);
        if (!stages.contains("prepare-teacher")) {
            all.add("distill.teacher.stage=teacher");
        }
        all.addAll(settings);
        return Settings.load(Optional.of(config), all);
    }

    private static void run(JobContext context, String stage, PrintWriter out, long before) {
        var job = ServiceLoader.load(Job.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(one -> one.name().equals(stage))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected a command that trains, got " + stage));
        job.run(new JobContext(context.spark(), context.settings(), new Watch(stage, out, before), context.clock()));
    }

    /**
     * Prints a line for each training of a stage: planned and measured bytes before the state of its last step is given up.
     *
     * @param before native memory of the process when it began
     */
    private record Watch(String stage, PrintWriter out, long before, Map<String, Double> planned) implements Progress {
        Watch(String stage, PrintWriter out, long before) {
            this(stage, out, before, new LinkedHashMap<>());
        }

        @Override
        public void phase(String name, Map<String, ?> facts) {
            if (name.equals("memory")) {
                planned.clear();
                facts.forEach((place, holding) -> planned.put(place, ((MemoryPlan.Holding) holding).gigabytes()));
            }
        }

        @Override
        public Bar bar(String name, long total, String unit) {
            var done = new long[1];
            return new Bar() {
                @Override
                public void step(long n) {
                    done[0] += n;
                    if (name.equals("train") && done[0] == total) {
                        measure();
                    }
                }

                @Override
                public void values(Map<String, ?> values) {}

                @Override
                public void close() {}
            };
        }

        private void measure() {
            System.gc();
            var runtime = Runtime.getRuntime();
            print("driver-heap", runtime.totalMemory() - runtime.freeMemory());
            print("driver-native", (ResidentMemory.nativeMegabytes() - before) << 20);
            print("mapped-files", WeightStore.ofThisJvm().bytes());
        }

        private void print(String place, long bytes) {
            double expected = planned.getOrDefault(place, 0.0);
            double found = bytes / 1e9;
            if (expected == 0 && bytes == 0) {
                return;
            }
            out.printf(
                    Locale.ROOT,
                    "memory stage=%s place=%s planned_gb=%.3f measured_gb=%.3f ratio=%.2f%n",
                    stage,
                    place,
                    expected,
                    found,
                    found / expected);
            out.flush();
        }
    }
}
