package io.flowmap.bench;

import com.sun.management.OperatingSystemMXBean;
import io.flowmap.config.Settings;
import io.flowmap.data.LatentBlock;
import io.flowmap.data.LatentData;
import io.flowmap.data.PixelEncoder;
import io.flowmap.ingest.IngestJob;
import io.flowmap.job.JobContext;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code bench ingest}: the whole ingest job on one core (reading, decoding, cropping, resizing, shuffling, ledger, Parquet) beside a loop
 * of Pillow's over the same tar shards that decodes, crops, resizes and writes raw pixels. Exit code 1 where a pixel differs.
 */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = "Ingest of tar shards on one core against a loop of Pillow's, with equal pixels.")
public final class IngestBench implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "TAR", description = "WebDataset shards.")
    private List<Path> shards;

    @Option(names = "--resolution", defaultValue = "256", description = "Side of the images (${DEFAULT-VALUE}).")
    private int resolution;

    @Option(names = "--copies", defaultValue = "5", description = "How often each shard is read (${DEFAULT-VALUE}).")
    private int copies;

    @Option(names = "--repetitions", defaultValue = "3", description = "The fastest counts (${DEFAULT-VALUE}).")
    private int repetitions;

    @Option(names = "--set", description = "Further settings of the job, key=value.")
    private List<String> settings = new ArrayList<>();

    @Option(names = "--python", defaultValue = "/usr/bin/python3", description = "Interpreter (${DEFAULT-VALUE}).")
    private String python;

    /** Images, seconds, CPU seconds of the whole process, and the sum of the images' CRC-32 as [C,H,W]. */
    private record Run(long images, double seconds, double cpu, long checksum) {
        Run fastest(Run other) {
            return new Run(images, Math.min(seconds, other.seconds), Math.min(cpu, other.cpu), checksum);
        }

        String rates(String name) {
            return String.format(
                    Locale.ROOT,
                    "%s images=%d images_per_s=%.1f ms_cpu_an_image=%.2f",
                    name,
                    images,
                    images / seconds,
                    1000 * cpu / images);
        }
    }

    @Override
    public Integer call() throws IOException {
        var folder = Files.createTempDirectory("flowmap-ingest");
        try {
            var input = Files.createDirectory(folder.resolve("shards"));
            for (int copy = 0; copy < copies; copy++) {
                for (var shard : shards) {
                    Files.copy(shard, input.resolve(copy + "-" + shard.getFileName()));
                }
            }
            var rival = rival(input);
            var ours = ours(folder, input);
            print("%s", ours.rates("flowmap"));
            boolean equal = ours.checksum == rival.checksum && ours.images == rival.images;
            print(
                    "ratio=%.2f cpu_ratio=%.2f equal_pixels=%s",
                    rival.seconds / ours.seconds, rival.cpu / ours.cpu, equal);
            return equal ? 0 : 1;
        } finally {
            FileUtil.fullyDelete(folder.toFile());
        }
    }

    private Run rival(Path input) throws IOException {
        var script = new PythonScript(python, "ingest.py", "python3-pil and python3-numpy");
        var lines = script.run(List.of(input.toString(), Integer.toString(resolution), Integer.toString(repetitions)));
        var words = lines.get(0).split(" ");
        var run = new Run(
                Long.parseLong(words[0]),
                Double.parseDouble(words[1]),
                Double.parseDouble(words[2]),
                Long.parseLong(words[3]));
        print("%s by=\"%s\"", run.rates("rival"), lines.get(1));
        return run;
    }

    private Run ours(Path folder, Path input) {
        try (var spark = SparkSession.builder()
                .master("local[1]")
                .appName("flowmap bench ingest")
                .config("spark.ui.enabled", false)
                .getOrCreate()) {
            return IntStream.range(0, repetitions)
                    .mapToObj(i -> ingest(spark, folder.resolve("run-" + i), input))
                    .reduce(Run::fastest)
                    .orElseThrow();
        }
    }

    private Run ingest(SparkSession spark, Path dir, Path input) {
        var keys = new ArrayList<>(List.of(
                "run.dir=" + dir,
                "ingest.train=\"" + input + "/*.tar\"",
                "ingest.resolution=" + resolution,
                "ingest.color=rgb",
                "ingest.labels=optional"));
        keys.addAll(settings);
        var context = new JobContext(spark, Settings.load(Optional.empty(), keys), new RoundTimes(), Clock.systemUTC());
        var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long start = System.nanoTime();
        long startCpu = process.getProcessCpuTime();
        new IngestJob().run(context);
        double seconds = (System.nanoTime() - start) * 1e-9;
        double cpu = (process.getProcessCpuTime() - startCpu) * 1e-9;
        var data = LatentData.open(context.hadoop(), context.stage(IngestJob.STAGE), "train");
        long checksum = IntStream.range(0, data.blocks().size())
                .mapToLong(block -> checksum(data, data.read(block)))
                .sum();
        return new Run(data.count(), seconds, cpu, checksum);
    }

    private static long checksum(LatentData data, LatentBlock block) {
        var pixels = new byte[data.shape().size()];
        long sum = 0;
        for (int row = 0; row < block.count(); row++) {
            ((PixelEncoder) data.encoder()).decode(block.latent(row), pixels, data.shape());
            var crc = new CRC32();
            crc.update(pixels);
            sum += crc.getValue();
        }
        return sum;
    }

    private void print(String format, Object... values) {
        var out = spec.commandLine().getOut();
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}
