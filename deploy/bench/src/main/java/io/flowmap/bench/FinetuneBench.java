package io.flowmap.bench;

import io.flowmap.adversarial.discriminator.AdversarialProgram;
import io.flowmap.adversarial.discriminator.Discriminator;
import io.flowmap.adversarial.discriminator.DiscriminatorConfig;
import io.flowmap.adversarial.discriminator.PenaltyConfig;
import io.flowmap.bench.step.BenchNetwork;
import io.flowmap.bench.step.FlowmapStep;
import io.flowmap.bench.step.StepConfig;
import io.flowmap.bench.step.StepInputs;
import io.flowmap.bench.step.StepTimes;
import io.flowmap.bench.torch.TorchDiscriminator;
import io.flowmap.bench.torch.TorchRuntime;
import io.flowmap.data.LatentShape;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.nn.ConditionShape;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bench finetune}: time of a finetuning step relative to an EMD step, with and without penalties, and of R1's parameter gradient
 * relative to libtorch's double backward. Exit code 1 if their gradients differ by more than 1e-3.
 */
@Command(
        name = "finetune",
        mixinStandardHelpOptions = true,
        description = "A finetuning step against an EMD step, and R1's gradient against libtorch's double backward.")
public final class FinetuneBench implements Callable<Integer> {
    private static final double TOLERANCE = 1e-3;

    @Option(names = "--batch", defaultValue = "16", description = "Batch size (${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--pairs", defaultValue = "9", description = "Measured repetitions (${DEFAULT-VALUE}).")
    private int pairs;

    @Option(names = "--warm-up", defaultValue = "3", description = "Repetitions before measuring (${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(names = "--threads", defaultValue = "2", description = "Threads of libtorch (${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--every", defaultValue = "16", description = "Steps between lazy penalties (${DEFAULT-VALUE}).")
    private int every;

    @Option(
            names = "--channels",
            defaultValue = "64",
            description = "Largest number of channels of a level (${DEFAULT-VALUE}).")
    private int channels;

    @Spec
    private CommandSpec spec;

    private final BenchNetwork network = BenchNetwork.standard();

    @Override
    public Integer call() {
        TorchRuntime.start(threads);
        var images = StepInputs.random(network, batch, 17).x0();
        if (!race(images)) {
            return 1;
        }
        steps();
        return 0;
    }

    /** A step of both networks. The game is timed separately; the updates cost little. */
    private void steps() {
        var inputs = StepInputs.random(network, batch, 11);
        double emd;
        try (var step = new FlowmapStep(
                network,
                StepConfig.standard(),
                RandomParameters.of(network, 1),
                RandomParameters.of(network.teacher(), 2),
                RandomParameters.of(network.teacher(), 3),
                batch)) {
            emd = median(() -> step.step(inputs));
        }
        double plain = game(inputs, null);
        double exact = game(inputs, PenaltyConfig.Type.EXACT);
        double difference = game(inputs, PenaltyConfig.Type.DIFFERENCE);
        double lazy = plain + (exact - plain) / every;
        print("emd-step=%.0f ms", emd);
        tell("no penalties", emd, plain);
        tell("exact penalties in every step", emd, exact);
        tell("exact penalties every " + every + " steps", emd, lazy);
        tell("penalties by differences in every step", emd, difference);
    }

    private void tell(String what, double emd, double game) {
        print("finetuning-step=%.0f ms ratio=%.2f (%s)", emd + game, (emd + game) / emd, what);
    }

    private double game(StepInputs inputs, PenaltyConfig.Type penalty) {
        var unet = FlowmapStep.unet(network, true);
        var discriminator = new Discriminator(config(network.labelDim()));
        float[] student = FlowmapStep.flat(unet.parameters(), RandomParameters.of(network, 1));
        float[] psi = discriminator.initial(5);
        long[] sample = {network.imageChannels(), network.resolution(), network.resolution()};
        var setup = new AdversarialProgram.Setup(
                new NetworkField(unet, NoiseLabel.TIME, StepConfig.standard().sigmaData()),
                discriminator,
                penalty == null ? null : new PenaltyConfig(penalty, 1, 1, 0.01),
                null,
                sample,
                batch,
                DataType.FLOAT);
        var gradients = new AdversarialProgram.Vectors(zeros(student.length), zeros(psi.length));
        var parameters = new AdversarialProgram.Vectors(Nd4j.createFromArray(student), Nd4j.createFromArray(psi));
        try (var program = new AdversarialProgram(setup, parameters, gradients)) {
            program.input("x0").data().setData(inputs.x0());
            program.input("z").data().setData(inputs.z());
            program.input("t").assign(1);
            program.input("guidance").data().setData(inputs.guidance());
            if (network.labelDim() > 0) {
                program.condition(ConditionShape.CLASS).data().setData(inputs.oneHot(network.labelDim()));
            }
            return median(program::run);
        }
    }

    /** Measures R1's gradient, ours and the fastest of libtorch's, one after the other; returns false if they differ. */
    private boolean race(float[] images) {
        var discriminator = new Discriminator(config(0));
        float[] values = values(discriminator);
        try (var mine = new PenaltyStep(discriminator, values, batch);
                var rival = fastest(discriminator, values, images)) {
            double off = difference(mine.gradient(images), rival.penaltyGradient(images, batch));
            boolean agree = off < TOLERANCE;
            print(
                    "r1 gradients differ by %.1e of the norm %s",
                    off, agree ? "ok" : "FAILED, expected below " + TOLERANCE);
            var ratios = new double[pairs];
            var ours = new double[pairs];
            for (int i = 0; i < pairs; i++) {
                ours[i] = milliseconds(() -> mine.gradient(images));
                ratios[i] = ours[i] / milliseconds(() -> rival.penaltyGradient(images, batch));
            }
            double ratio = StepTimes.median(ratios);
            double median = StepTimes.median(ours);
            print(
                    "r1 batch=%d parameters=%d flowmap=%.1f ms libtorch=%.1f ms ratio=%.3f",
                    batch, values.length, median, median / ratio, ratio);
            return agree;
        }
    }

    private TorchDiscriminator fastest(Discriminator discriminator, float[] values, float[] images) {
        var all = List.of(
                new TorchDiscriminator.Options(false, false),
                new TorchDiscriminator.Options(false, true),
                new TorchDiscriminator.Options(true, false),
                new TorchDiscriminator.Options(true, true));
        TorchDiscriminator.Options best = null;
        double least = Double.POSITIVE_INFINITY;
        for (var options : all) {
            try (var trial = torch(discriminator, values, options)) {
                double time = median(() -> trial.penaltyGradient(images, batch));
                print("libtorch %s %.1f ms", options, time);
                best = time < least ? options : best;
                least = Math.min(least, time);
            }
        }
        return torch(discriminator, values, best);
    }

    private static TorchDiscriminator torch(
            Discriminator discriminator, float[] values, TorchDiscriminator.Options options) {
        return new TorchDiscriminator(
                discriminator.config(), discriminator.parameters().list(), values, options);
    }

    private DiscriminatorConfig config(int classes) {
        var shape = new LatentShape(network.imageChannels(), network.resolution(), network.resolution());
        return new DiscriminatorConfig(
                shape, ConditionShape.classes(classes), 16 * channels, channels, 4, 1, 2, 0, 0.01, 0);
    }

    /** Random weights, with biases that keep values away from the kink of ReLU. */
    private static float[] values(Discriminator discriminator) {
        float[] values = discriminator.initial(5);
        var random = new Random(6);
        discriminator.parameters().forEach((place, p, offset) -> {
            for (int i = 0; i < p.length() && p.name().endsWith(".bias"); i++) {
                values[(int) offset + i] = 0.1f * (float) random.nextGaussian();
            }
        });
        return values;
    }

    private static double difference(float[] actual, float[] expected) {
        double squares = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            squares += (double) expected[i] * expected[i];
            difference += Math.pow((double) actual[i] - expected[i], 2);
        }
        return Math.sqrt(difference / squares);
    }

    private static INDArray zeros(int length) {
        return Nd4j.create(DataType.FLOAT, length);
    }

    private double median(Runnable work) {
        for (int i = 0; i < warmUp; i++) {
            work.run();
        }
        var times = new double[pairs];
        Arrays.setAll(times, i -> milliseconds(work));
        return StepTimes.median(times);
    }

    private static double milliseconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) * 1e-6;
    }

    private void print(String format, Object... values) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}
