package io.flowmap.adversarial;

import io.flowmap.checkpoint.Checkpoint;
import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.config.Settings;
import io.flowmap.data.BlockFile;
import io.flowmap.data.DataFacts;
import io.flowmap.data.Edm2;
import io.flowmap.data.LatentRecord;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.DistillJob;
import io.flowmap.distill.PretrainJob;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import io.flowmap.stage.Progress;
import io.flowmap.stage.StageOutput;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A run on drawn latents [2,8,8] of two classes, with the smallest possible networks and trainings. */
record TinyRun(Path dir, String... settings) {
    private static final LatentShape SHAPE = new LatentShape(2, 8, 8);
    private static final int RECORDS = 60;
    private static final List<String> TINY = List.of(
            "network.edm2.model-channels=8",
            "network.edm2.channel-mult=[1]",
            "training.batch-per-worker=4",
            "training.local-steps=2",
            "training.average=parameters",
            "training.ema-stds=[0.1]",
            "training.snapshot-every=0",
            "training.learning-rate.peak=1e-3",
            "training.learning-rate.decay=constant",
            "pretrain.main.training.steps=2",
            "pretrain.weak.training.steps=2",
            "distill.training.steps=4",
            "distill.objective.warmup-steps=1",
            "finetune.training.steps=4",
            "finetune.training.checkpoint-every=1",
            "finetune.training.learning-rate.peak=1e-3",
            "finetune.training.learning-rate.decay=constant",
            "finetune.discriminator.channel-base=64",
            "finetune.discriminator.channel-max=8",
            "finetune.discriminator.group-size=2",
            "finetune.watch.samples=0",
            "finetune.watch.features=latents");

    static SparkSession session(String master) {
        var active = SparkSession.getDefaultSession();
        if (active.isDefined() && !active.get().sparkContext().master().equals(master)) {
            active.get().stop();
        }
        try {
            Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return SparkSession.builder()
                .master(master)
                .appName("finetune tests")
                .config("spark.ui.enabled", false)
                .config("spark.executor.memory", "512m")
                // Spark's default is one; bits depend on the number
                .config("spark.executorEnv.OMP_NUM_THREADS", System.getenv().getOrDefault("OMP_NUM_THREADS", "1"))
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config(
                        "spark.executor.extraJavaOptions",
                        "-Dorg.bytedeco.javacpp.maxphysicalbytes=0 -XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
                .getOrCreate();
    }

    JobContext context(String master, String... more) {
        var overrides = new ArrayList<>(TINY);
        overrides.add("run.dir=" + dir);
        overrides.addAll(List.of(settings));
        overrides.addAll(List.of(more));
        return new JobContext(
                session(master),
                Settings.load(Optional.empty(), overrides),
                Progress.log(Clock.systemUTC()),
                Clock.systemUTC());
    }

    /** Data, teacher and flow map. */
    TinyRun distilled(String master) {
        var context = context(master);
        write(context);
        new PretrainJob().run(context);
        new DistillJob().run(context);
        return this;
    }

    /** Shares data and teacher of another run. */
    static String[] shared(Path other, String... more) {
        var settings = new ArrayList<>(List.of(more));
        settings.add("run.stages.data=" + other.resolve("data"));
        settings.add("run.stages.teacher=" + other.resolve("teacher"));
        return settings.toArray(String[]::new);
    }

    Checkpoint last(JobContext context, String stage) {
        return CheckpointStore.open(context.hadoop(), context.stage(stage)).loadFinal();
    }

    Manifest manifest(JobContext context, String stage) {
        try {
            var path = context.stage(stage);
            return Manifest.read(path.getFileSystem(context.hadoop()), path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Row> rows(JobContext context, String stage) {
        return context.spark()
                .read()
                .parquet(context.stage(stage) + "/training")
                .orderBy("round")
                .collectAsList();
    }

    private static void write(JobContext context) {
        var output = StageOutput.open(context, "data", List.of(), List.of());
        var folder = new org.apache.hadoop.fs.Path(output.dir(), "train/block");
        var rows = LongStream.range(0, RECORDS)
                .mapToObj(i -> LatentSchema.row(LatentRecord.of(i, (int) (i % 2), values(i), DType.FLOAT32, SHAPE)))
                .toList();
        context.spark()
                .createDataFrame(rows, LatentSchema.type())
                .coalesce(1)
                .write()
                .parquet(folder.toString());
        try {
            String file = null;
            for (var status : output.fileSystem().listStatus(folder)) {
                var name = status.getPath().getName();
                file = name.endsWith(".parquet") ? name : file;
            }
            var blocks = List.of(new BlockFile("block/" + file, 0, RECORDS));
            output.finish(new DataFacts(
                    SHAPE, DType.FLOAT32, new Edm2().toJson(), 2, List.of("a", "b"), Map.of("train", blocks)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static float[] values(long record) {
        var values = new float[SHAPE.size()];
        new CounterRandom(31).gaussians(values, 0, values.length, record);
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.3f * values[i] + (record % 2 == 0 ? 0.5f : -0.5f);
        }
        return values;
    }
}
