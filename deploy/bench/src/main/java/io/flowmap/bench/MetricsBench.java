package io.flowmap.bench;

import com.sun.management.OperatingSystemMXBean;
import io.flowmap.eval.distance.FrechetDistance;
import io.flowmap.eval.distance.Moments;
import io.flowmap.eval.neighbour.PrecisionRecall;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bench metrics}: moments, Frechet distance, precision and recall, compared with the published algorithms in NumPy and SciPy on
 * the same features, one after the other. Exit code 1 if results differ by more than 1e-9 of the scale of moments and distance, or by
 * more than one image in a thousand in precision and recall, where NumPy's distances are rounded to float32.
 */
@Command(
        name = "metrics",
        mixinStandardHelpOptions = true,
        description = "Moments, Frechet distance, precision and recall against NumPy and SciPy.")
public final class MetricsBench implements Callable<Integer> {
    private static final double TOLERANCE = 1e-9;
    private static final double IMAGES = 1e-3;
    private static final int NEIGHBOURS = 3;

    @Option(names = "--images", defaultValue = "50000", description = "Images of the moments (${DEFAULT-VALUE}).")
    private int images;

    @Option(names = "--dimension", defaultValue = "2048", description = "Features per image (${DEFAULT-VALUE}).")
    private int dimension;

    @Option(
            names = "--neighbours",
            defaultValue = "10000",
            description = "Images on each side in precision and recall (${DEFAULT-VALUE}).")
    private int neighbours;

    @Option(
            names = "--repetitions",
            defaultValue = "2",
            description = "Repetitions; the fastest counts (${DEFAULT-VALUE}).")
    private int repetitions;

    @Option(names = "--python", defaultValue = "/usr/bin/python3", description = "Interpreter (${DEFAULT-VALUE}).")
    private String python;

    @Spec
    private CommandSpec spec;

    private boolean agree = true;

    /**
     * A result, the seconds of the fastest repetition, and the smallest CPU time of all threads, which is more reliable on a busy
     * machine.
     */
    private record Timed<T>(double seconds, double cpu, T result) {}

    @Override
    public Integer call() throws IOException {
        var features = BenchFeatures.random(images, dimension, 1);
        var rival = rival(features);
        print("rival %s", rival.versions());
        moments(features, rival);
        distance(features, rival);
        neighbours(features, rival);
        return agree ? 0 : 1;
    }

    private NumpyRival rival(BenchFeatures features) throws IOException {
        Path file = Files.createTempFile("flowmap-features", ".f32");
        try {
            features.write(file);
            return NumpyRival.run(python, file, images, dimension, neighbours, NEIGHBOURS, repetitions);
        } finally {
            Files.delete(file);
        }
    }

    private void moments(BenchFeatures features, NumpyRival rival) {
        var blocks = features.blocks(0, images);
        var ours = timed(() -> Moments.of(dimension, blocks.iterator()));
        var covariance = ours.result().covariance(FrechetDistance.SAMPLE);
        double trace = 0;
        for (int i = 0; i < dimension; i++) {
            trace += covariance[i * dimension + i];
        }
        var mean = Arrays.stream(ours.result().mean()).sum();
        compare(
                "moments",
                ours,
                rival.result("moments"),
                TOLERANCE,
                mean,
                trace,
                Arrays.stream(covariance).sum());
    }

    private void distance(BenchFeatures features, NumpyRival rival) {
        var a = Moments.of(dimension, features.blocks(0, images / 2).iterator());
        var b = Moments.of(dimension, features.blocks(images / 2, images).iterator());
        var ours = timed(() -> FrechetDistance.between(a, b));
        compare("distance-eigvalsh", ours, rival.result("trace_eigvalsh"), TOLERANCE, ours.result());
        compare("distance-sqrtm", ours, rival.result("trace_sqrtm"), TOLERANCE, ours.result());
    }

    private void neighbours(BenchFeatures features, NumpyRival rival) {
        var real = features.blocks(0, neighbours);
        var generated = features.blocks(images / 2, images / 2 + neighbours);
        var ours = timed(() -> PrecisionRecall.between(real, generated, NEIGHBOURS));
        compare(
                "neighbours",
                ours,
                rival.result("neighbours"),
                IMAGES,
                ours.result().precision(),
                ours.result().recall());
    }

    private void compare(String name, Timed<?> ours, NumpyRival.Result rival, double tolerance, double... values) {
        double difference = 0;
        for (int i = 0; i < values.length; i++) {
            double scale = Math.max(Math.abs(rival.values()[i]), tolerance == IMAGES ? 1 : 0);
            difference = Math.max(difference, Math.abs(values[i] - rival.values()[i]) / scale);
        }
        agree &= difference <= tolerance;
        print(
                "%s ours=%.2f s numpy=%.2f s ratio=%.2f cpu-ours=%.2f s cpu-numpy=%.2f s cpu-ratio=%.2f difference=%.1e values=%s",
                name,
                ours.seconds(),
                rival.seconds(),
                rival.seconds() / ours.seconds(),
                ours.cpu(),
                rival.cpu(),
                rival.cpu() / ours.cpu(),
                difference,
                Arrays.toString(values));
    }

    private <T> Timed<T> timed(Supplier<T> compute) {
        var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        double seconds = Double.MAX_VALUE;
        double cpu = Double.MAX_VALUE;
        T result = null;
        for (int i = 0; i < repetitions; i++) {
            long start = System.nanoTime();
            long startCpu = process.getProcessCpuTime();
            result = compute.get();
            cpu = Math.min(cpu, (process.getProcessCpuTime() - startCpu) * 1e-9);
            seconds = Math.min(seconds, (System.nanoTime() - start) * 1e-9);
        }
        return new Timed<>(seconds, cpu, result);
    }

    private void print(String format, Object... values) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}
