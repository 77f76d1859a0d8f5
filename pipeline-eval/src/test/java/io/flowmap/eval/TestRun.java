package io.flowmap.eval;

import io.flowmap.config.Settings;
import io.flowmap.data.BlockFile;
import io.flowmap.data.DataFacts;
import io.flowmap.data.Edm2;
import io.flowmap.data.LatentRecord;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.SampleRecord;
import io.flowmap.data.SampleSchema;
import io.flowmap.stage.JobContext;
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
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** A run directory built from given images: ingested data, samples that are noisy copies of images, tables of training. */
public final class TestRun {
    private final SparkSession spark;
    private final Path dir;
    private final JobContext context;
    private final TestImages images;

    public TestRun(SparkSession spark, Path dir, TestImages images, String... overrides) {
        this.spark = spark;
        this.dir = dir;
        this.images = images;
        var all = new ArrayList<>(List.of(overrides));
        all.add("run.dir=\"" + dir + "\"");
        context = new JobContext(
                spark, Settings.load(Optional.empty(), all), Progress.log(Clock.systemUTC()), Clock.systemUTC());
    }

    public JobContext context() {
        return context;
    }

    /** Train images 0 .. train-1 in two blocks, test images after them in one. */
    public TestRun data(int train, int test) {
        var output = StageOutput.open(context, "data", List.of(), List.of());
        var splits = new TreeMap<String, List<BlockFile>>();
        splits.put("train", List.of(block("train", 0, 0, train / 2), block("train", 1, train / 2, train - train / 2)));
        splits.put("test", List.of(testBlock(train, test)));
        var names =
                IntStream.range(0, images.classes()).mapToObj(k -> "class " + k).toList();
        output.finish(
                new DataFacts(images.shape(), DType.FLOAT32, new Edm2().toJson(), images.classes(), names, splits));
        return this;
    }

    /** Samples: images with index from `first` on, each pixel changed by noise of the given standard deviation. */
    public TestRun samples(String model, double guidance, int steps, int first, int count, double noise) {
        var random = new CounterRandom(steps);
        var rows = new ArrayList<Row>();
        for (int i = 0; i < count; i++) {
            var pixels = images.pixels(first + i);
            for (int j = 0; j < pixels.length; j++) {
                double moved = (pixels[j] & 0xff) + noise * random.gaussian(i, j);
                pixels[j] = (byte) Math.max(0, Math.min(255, Math.rint(moved)));
            }
            rows.add(SampleSchema.row(new SampleRecord(
                    i,
                    images.label(first + i),
                    null,
                    pixels,
                    images.shape(),
                    steps * 1_300_000L,
                    steps * 250_000_000L)));
        }
        spark.createDataFrame(rows, SampleSchema.type())
                .repartition(3)
                .write()
                .parquet(dir + "/samples/model=" + model + "/guidance=" + guidance + "/steps=" + steps);
        return this;
    }

    /** Finishes the stage of samples; partitions written before are kept. */
    public TestRun finishSamples() {
        try {
            var parked = Files.move(dir.resolve("samples"), dir.resolve("parked"));
            var output = StageOutput.open(context, "samples", List.of(), List.of());
            try (var models = Files.list(parked)) {
                for (var model : models.toList()) {
                    Files.move(model, dir.resolve("samples").resolve(model.getFileName()));
                }
            }
            output.finish(Map.of(
                    "gamma",
                    Map.of("1", 0.0, "2", 0.5),
                    "noise-seed",
                    5,
                    "networks",
                    Map.of(
                            "student", Map.of("parameters", 1_000, "evaluations", 1),
                            "teacher", Map.of("parameters", 1_500, "evaluations", 2))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** A table of rounds with the columns that a training writes. */
    public TestRun training(String stage, int rounds) {
        var schema = new StructType().add("round", DataTypes.LongType).add("step", DataTypes.LongType);
        var names = List.of(
                "loss",
                "g_median",
                "g_median_1",
                "g_median_2",
                "g_median_3",
                "g_median_4",
                "gradient_norm",
                "tangent_warmup",
                "learning_rate",
                "round_millis",
                "overhead",
                "divergence");
        for (var name : names) {
            schema = schema.add(name, DataTypes.DoubleType);
        }
        var rows = new ArrayList<Row>();
        var random = new CounterRandom(1);
        for (long i = 0; i < rounds; i++) {
            double noise = Math.exp(0.1 * random.gaussian(i));
            double fall = noise / (1 + i / 50.0);
            rows.add(RowFactory.create(
                    i,
                    4 * i,
                    0.97,
                    30 * fall,
                    i % 5 == 0 ? null : 10 * fall,
                    20 * fall,
                    40 * fall,
                    60 * fall,
                    3 * fall,
                    Math.min(0.99, i / 400.0),
                    5e-4 * (1 - (double) i / rounds),
                    400 * noise,
                    0.05 * noise,
                    0.01 * noise));
        }
        spark.createDataFrame(rows, schema).coalesce(1).write().parquet(dir + "/" + stage + "/training");
        return this;
    }

    private BlockFile testBlock(int first, int count) {
        return block("test", 0, first, count);
    }

    private BlockFile block(String split, int number, int first, int count) {
        var rows = new ArrayList<Row>();
        int firstIndex = split.equals("test") ? 0 : first;
        var shape = images.shape();
        for (int i = 0; i < count; i++) {
            var values = new float[shape.size()];
            new Edm2().encode(images.pixels(first + i), values, shape);
            rows.add(LatentSchema.row(
                    LatentRecord.of(firstIndex + i, images.label(first + i), values, DType.FLOAT32, shape)));
        }
        var name = "block-" + number + ".parquet";
        var parts = dir.resolve("data").resolve(split + "-parts-" + number);
        spark.createDataFrame(rows, LatentSchema.type()).coalesce(1).write().parquet(parts.toString());
        try (var files = Files.list(parts)) {
            var part = files.filter(file -> file.getFileName().toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
            Files.createDirectories(dir.resolve("data").resolve(split));
            Files.move(part, dir.resolve("data").resolve(split).resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new BlockFile(name, firstIndex, count);
    }
}
