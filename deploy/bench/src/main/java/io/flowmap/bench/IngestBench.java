package io.flowmap.bench;

import com.sun.management.OperatingSystemMXBean;
import io.flowmap.config.Settings;
import io.flowmap.data.LatentBlock;
import io.flowmap.data.LatentData;
import io.flowmap.data.PixelEncoder;
import io.flowmap.ingest.IngestJob;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Progress;
import io.flowmap.stage.StageNames;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
 * {@code bench ingest}: the ingest job on one core, compared with a Pillow loop over the same tar shards that decodes, crops, resizes
 * and writes raw pixels. The job's scan does what the loop does and also writes the ledger's rows; the whole job also shuffles, encodes
 * and writes blocks of latents. Exit code 1 if a pixel differs.
 */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = "Ingest of tar shards on one core against a Pillow loop with equal pixels.")
public final class IngestBench implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "TAR", description = "WebDataset shards.")
    private List<Path> shards;

    @Option(names = "--resolution", defaultValue = "256", description = "Side of the images (${DEFAULT-VALUE}).")
    private int resolution;

    @Option(
            names = "--scaled-jpeg",
            description = "Both sides decode JPEGs at reduced size (ingest.scaled-jpeg, Pillow's draft).")
    private boolean scaled;

    @Option(
            names = "--copies",
            defaultValue = "5",
            description = "Number of times each shard is read (${DEFAULT-VALUE}).")
    private int copies;

    @Option(
            names = "--repetitions",
            defaultValue = "3",
            description = "Repetitions; the fastest counts (${DEFAULT-VALUE}).")
    private int repetitions;

    @Option(names = "--set", description = "Further settings of the job, key=value.")
    private List<String> settings = new ArrayList<>();

    @Option(names = "--python", defaultValue = "/usr/bin/python3", description = "Interpreter (${DEFAULT-VALUE}).")
    private String python;

    /** Wall clock and CPU seconds of the process up to some point of the run. */
    private record Spent(double seconds, double cpu) {
        Spent least(Spent other) {
            return new Spent(Math.min(seconds, other.seconds), Math.min(cpu, other.cpu));
        }

        String rates(String name, long images) {
            return String.format(
                    Locale.ROOT,
                    "%s images=%d images_per_s=%.1f ms_cpu_an_image=%.2f",
                    name,
                    images,
                    images / seconds,
                    1000 * cpu / images);
        }
    }

    /** Result of one side over all images. The checksum is the sum of the CRC-32 of the images as [C,H,W]. */
    private record Run(long images, Spent scan, Spent whole, long checksum) {
        Run fastest(Run other) {
            return new Run(images, scan.least(other.scan), whole.least(other.whole), checksum);
        }
    }

    /** Records when a job's scan ends. */
    private static final class ScanWatch implements Progress {
        private final OperatingSystemMXBean process =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        private final Progress bars = new RoundTimes();
        private final long start = System.nanoTime();
        private final long startCpu = process.getProcessCpuTime();
        private Spent scan;

        Spent spent() {
            return new Spent((System.nanoTime() - start) * 1e-9, (process.getProcessCpuTime() - startCpu) * 1e-9);
        }

        @Override
        public void phase(String name, Map<String, ?> facts) {
            if (facts.containsKey("portions-read")) {
                scan = spent();
            }
        }

        @Override
        public Bar bar(String name, long total, String unit) {
            return bars.bar(name, total, unit);
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
            print("%s", ours.scan.rates("scan", ours.images));
            print("%s", ours.whole.rates("job", ours.images));
            boolean equal = ours.checksum == rival.checksum && ours.images == rival.images;
            print(
                    "scan_ratio=%.2f scan_cpu_ratio=%.2f job_ratio=%.2f job_cpu_ratio=%.2f equal_pixels=%s",
                    rival.whole.seconds / ours.scan.seconds,
                    rival.whole.cpu / ours.scan.cpu,
                    rival.whole.seconds / ours.whole.seconds,
                    rival.whole.cpu / ours.whole.cpu,
                    equal);
            return equal ? 0 : 1;
        } finally {
            FileUtil.fullyDelete(folder.toFile());
        }
    }

    private Run rival(Path input) throws IOException {
        var script = new PythonScript(python, "ingest.py", "python3-pil and python3-numpy");
        var lines = script.run(List.of(
                input.toString(),
                Integer.toString(resolution),
                Integer.toString(repetitions),
                scaled ? "scaled" : "full"));
        var words = lines.get(0).split(" ");
        var spent = new Spent(Double.parseDouble(words[1]), Double.parseDouble(words[2]));
        var run = new Run(Long.parseLong(words[0]), spent, spent, Long.parseLong(words[3]));
        print("%s by=\"%s\"", spent.rates("rival", run.images), lines.get(1));
        return run;
    }

    private Run ours(Path folder, Path input) {
        try (var spark = SparkSession.builder()
                .master("local[1]")
                .appName("flowmap bench ingest")
                .config("spark.ui.enabled", false)
                .config("spark.shuffle.compress", false)
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
        if (scaled) {
            keys.add("ingest.scaled-jpeg=true");
        }
        keys.addAll(settings);
        var watch = new ScanWatch();
        var context = new JobContext(spark, Settings.load(Optional.empty(), keys), watch, Clock.systemUTC());
        new IngestJob().run(context);
        var whole = watch.spent();
        var data = LatentData.open(context.hadoop(), context.stage(StageNames.DATA), "train");
        long checksum = IntStream.range(0, data.blocks().size())
                .mapToLong(block -> checksum(data, data.read(block)))
                .sum();
        return new Run(data.count(), watch.scan, whole, checksum);
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
