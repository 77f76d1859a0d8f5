package io.flowmap.bench;

import io.flowmap.data.LatentShape;
import io.flowmap.eval.feature.FeatureNetwork;
import io.flowmap.eval.feature.InceptionModel;
import io.flowmap.eval.feature.InceptionWeights;
import io.flowmap.eval.feature.Resize;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bench features}: speed of InceptionV3's features on images of its input size. Rivals with the same images and randomly drawn
 * weights: PyTorch in its fastest batch size and memory format, and ONNX Runtime. Also prints the share of sgemm's rate. Exit code 1 if
 * features differ by more than 1e-4 of the largest.
 */
@Command(
        name = "features",
        mixinStandardHelpOptions = true,
        description = "InceptionV3's features against PyTorch's and ONNX Runtime's, with the same weights and images.")
public final class FeaturesBench implements Callable<Integer> {
    private static final double TOLERANCE = 1e-4;
    private static final LatentShape SHAPE = new LatentShape(3, 299, 299);

    @Option(names = "--images", defaultValue = "200", description = "Images (${DEFAULT-VALUE}).")
    private int images;

    @Option(
            names = "--threads",
            defaultValue = "2",
            description = "Threads of PyTorch and ONNX Runtime (${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--repetitions",
            defaultValue = "2",
            description = "Repetitions of our pass; the fastest counts (${DEFAULT-VALUE}).")
    private int repetitions;

    @Option(names = "--python", defaultValue = "/usr/bin/python3", description = "Interpreter (${DEFAULT-VALUE}).")
    private String python;

    @Spec
    private CommandSpec spec;

    /** One of PyTorch's configurations, and its images per second. */
    private record Way(String name, double rate) {}

    @Override
    public Integer call() throws IOException {
        var folder = Files.createTempDirectory("flowmap-inception");
        try {
            var weights = folder.resolve("weights.pth");
            var pixels = folder.resolve("images");
            var theirs = folder.resolve("features");
            var onnx = folder.resolve("network.onnx");
            var lines = new PythonScript(python, "inception.py", "python3-torch and python3-numpy")
                    .run(List.of(
                            weights.toString(),
                            pixels.toString(),
                            theirs.toString(),
                            onnx.toString(),
                            Integer.toString(images),
                            Integer.toString(threads)));
            double giga = Double.parseDouble(lines.get(1).split(" ")[1]) * 1e-9;
            print("rival %s multiply-adds=%.2fG per image", lines.get(0), giga);
            var fastest = lines.stream()
                    .skip(2)
                    .map(line -> new Way(line.split(" ")[0], Double.parseDouble(line.split(" ")[1])))
                    .peek(way -> print("torch %s images_per_s=%.2f", way.name, way.rate))
                    .max(Comparator.comparingDouble(Way::rate))
                    .orElseThrow();
            boolean equal = onnxRuntime(new OnnxRival(Files.readAllBytes(onnx), threads), pixels, floats(theirs));
            double sgemm = Sgemm.nd4j(20);
            var file = new org.apache.hadoop.fs.Path(weights.toUri());
            var model = new InceptionModel(
                    InceptionWeights.open(new Configuration(), file), Resize.PYTORCH, InceptionModel.FEATURES, SHAPE);
            equal &= compare(model, Files.readAllBytes(pixels), floats(theirs), fastest, giga, sgemm);
            return equal ? 0 : 1;
        } finally {
            FileUtil.fullyDelete(folder.toFile());
        }
    }

    private boolean compare(InceptionModel model, byte[] pixels, float[] theirs, Way rival, double giga, double sgemm) {
        double seconds = Double.MAX_VALUE;
        float[] features = {};
        try (FeatureNetwork network = model.open()) {
            for (int i = 0; i < repetitions; i++) {
                long start = System.nanoTime();
                features = network.apply(pixels, images).features();
                seconds = Math.min(seconds, (System.nanoTime() - start) * 1e-9);
            }
        }
        double difference = difference(features, theirs, 0);
        double rate = images / seconds;
        print(
                "flowmap images_per_s=%.2f multiply-adds=%.0fG/s (sgemm %.0f) difference=%.1e",
                rate, rate * giga, sgemm, difference);
        print("ratio=%.2f sgemm=%.2f by=%s", rate / rival.rate, rate * giga / sgemm, rival.name);
        return difference <= TOLERANCE;
    }

    /** Prints ONNX Runtime's rates; returns whether its features agree with PyTorch's. */
    private boolean onnxRuntime(OnnxRival rival, Path pixels, float[] theirs) throws IOException {
        boolean equal = true;
        for (int batch : List.of(1, Math.min(8, images), Math.min(50, images))) {
            var run = rival.run(Files.readAllBytes(pixels), batch);
            double difference = difference(run.features(), theirs, run.first() * InceptionModel.FEATURES);
            print("onnxruntime batch=%d images_per_s=%.2f difference=%.1e", batch, run.rate(), difference);
            equal &= difference <= TOLERANCE;
        }
        return equal;
    }

    /** The largest difference from the other's values from an index on, relative to the other's largest value. */
    private static double difference(float[] values, float[] others, int from) {
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < values.length; i++) {
            difference = Math.max(difference, Math.abs(values[i] - others[from + i]));
            largest = Math.max(largest, Math.abs(others[from + i]));
        }
        return difference / largest;
    }

    private static float[] floats(Path file) throws IOException {
        var bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        var values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    private void print(String format, Object... values) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}
