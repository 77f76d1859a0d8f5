package io.flowmap.bench;

import io.flowmap.bench.step.BenchNetwork;
import io.flowmap.bench.step.StepAgreement;
import io.flowmap.bench.step.StepConfig;
import io.flowmap.bench.step.StepContender;
import io.flowmap.bench.step.StepFactory;
import io.flowmap.bench.step.StepInputs;
import io.flowmap.bench.step.StepOutputs;
import io.flowmap.bench.step.StepTimes;
import io.flowmap.bench.torch.TorchOptions;
import io.flowmap.bench.torch.TorchRuntime;
import io.flowmap.bench.torch.TorchStep;
import io.flowmap.bench.torch.TorchTuning;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.global.torch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bench step}: one AYF-EMD step, ours against libtorch's, with the same network and values in the same process. Exit code 1 if
 * their gradients differ by more than 1e-4.
 */
@Command(
        name = "step",
        mixinStandardHelpOptions = true,
        description = "One AYF-EMD step (two teachers, tangent, target, gradients, Adam) against libtorch.")
public final class StepBench implements Callable<Integer> {
    private static final double TOLERANCE = 1e-4;
    private static final int CHECK_BATCH = 4;
    private static final int RSS_EVERY = 50;

    @Option(names = "--batches", split = ",", defaultValue = "16,64", description = "Batch sizes (${DEFAULT-VALUE}).")
    private List<Integer> batches;

    @Option(names = "--pairs", split = ",", defaultValue = "9,7", description = "Pairs of steps, by batch.")
    private List<Integer> pairs;

    @Option(names = "--warm-up", defaultValue = "3", description = "Steps before measuring (${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(names = "--threads", defaultValue = "2", description = "Threads of libtorch (${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--steps", defaultValue = "0", description = "Further steps at the first batch, for memory.")
    private int steps;

    @Option(names = "--rival-only", description = "Measure libtorch alone.")
    private boolean rivalOnly;

    @Spec
    private CommandSpec spec;

    private final Optional<StepFactory> ours;
    private final BenchNetwork network = BenchNetwork.standard();
    private final StepConfig settings = StepConfig.standard();
    private final Map<String, float[]> student = RandomParameters.of(network, 1);
    private final Map<String, float[]> main = RandomParameters.of(network.teacher(), 2);
    private final Map<String, float[]> weak = RandomParameters.of(network.teacher(), 3);

    /** Compares with libtorch, or measures only libtorch. */
    public StepBench(Optional<StepFactory> ours) {
        this.ours = ours;
    }

    @Override
    public Integer call() {
        TorchRuntime.start(threads);
        long before = ResidentMemory.megabytes();
        print("network parameters=%d %s", network.parameterCount(), network);
        print("libtorch cpu=%s threads=%d", torch.get_cpu_capability().getString(), torch.get_num_threads());
        Sgemm sgemm = Sgemm.measure(20);
        print("sgemm nd4j=%.0f libtorch=%.0f G multiply-adds/s (1024^3, best of 20)", sgemm.nd4j(), sgemm.libtorch());
        boolean compare = ours.isPresent() && !rivalOnly;
        if (compare && !agree()) {
            return 1;
        }
        var summary = new ArrayList<String>();
        double share = 0;
        for (int i = 0; i < batches.size(); i++) {
            int batch = batches.get(i);
            int count = pairs.get(Math.min(i, pairs.size() - 1));
            if (compare) {
                share = Math.max(share, race(batch, count, sgemm, summary));
            } else {
                alone(batch, count, sgemm);
            }
        }
        endurance(compare);
        print("rss start=%d end=%d MB", before, ResidentMemory.megabytes());
        if (compare) {
            print("%s sgemm=%.2f", String.join(" ", summary), share);
        }
        return 0;
    }

    /** Compares our float32 step and the timed float32 rival, both with the rival in float64. */
    private boolean agree() {
        var inputs = StepInputs.random(network, CHECK_BATCH, 7);
        try (var exact = torchStep(TorchOptions.exact());
                var timed = torchStep(TorchOptions.timed(true, false));
                var mine = ours(CHECK_BATCH)) {
            StepOutputs expected = exact.evaluate(inputs);
            print(
                    "libtorch float32, same tangent: %s",
                    StepAgreement.between(timed.evaluate(inputs, Optional.of(expected.tangent())), expected));
            print("libtorch float32, differenced:  %s", StepAgreement.between(timed.evaluate(inputs), expected));
            StepAgreement agreement = StepAgreement.between(mine.evaluate(inputs), expected);
            boolean within = agreement.within(TOLERANCE);
            print("%s: %s %s", mine.name(), agreement, within ? "ok" : "FAILED, expected below " + TOLERANCE);
            return within;
        }
    }

    private double race(int batch, int count, Sgemm sgemm, List<String> summary) {
        var inputs = StepInputs.random(network, batch, 11);
        TorchOptions options = fastest(batch, inputs);
        try (var mine = ours(batch);
                var rival = torchStep(options)) {
            var times = StepTimes.measure(mine, rival, inputs, warmUp, count);
            double share = report(mine, batch, times.ours(), sgemm, "");
            report(rival, batch, times.rival(), sgemm, " layout=" + options.layout());
            summary.add(String.format(Locale.ROOT, "ratio%d=%.3f", batch, times.ratio()));
            return share;
        }
    }

    private void alone(int batch, int count, Sgemm sgemm) {
        var inputs = StepInputs.random(network, batch, 11);
        TorchOptions options = fastest(batch, inputs);
        try (var rival = torchStep(options)) {
            for (int i = 0; i < warmUp; i++) {
                rival.step(inputs);
            }
            var times = new double[count];
            for (int i = 0; i < count; i++) {
                times[i] = StepTimes.milliseconds(rival, inputs);
            }
            report(rival, batch, times, sgemm, " layout=" + options.layout());
        }
    }

    private TorchOptions fastest(int batch, StepInputs inputs) {
        var trials = TorchTuning.ranked(this::torchStep, inputs, 3);
        trials.forEach(trial -> print(
                "libtorch batch=%d layout=%s best=%.0f ms",
                batch, trial.options().layout(), trial.milliseconds()));
        return trials.get(0).options();
    }

    /** Prints a contender's median and its share of the machine's sgemm rate; returns the share. */
    private double report(StepContender contender, int batch, double[] times, Sgemm sgemm, String suffix) {
        double median = StepTimes.median(times);
        double rate = 1e-6 * contender.multiplyAdds(batch) / median;
        double share = rate / sgemm.best();
        print(
                "%s batch=%d median=%.0f ms multiply-adds=%.1fG rate=%.0fG/s share-of-sgemm=%.2f%s",
                contender.name(), batch, median, contender.multiplyAdds(batch) * 1e-9, rate, share, suffix);
        return share;
    }

    /** Runs many steps and prints resident memory, which must stay constant. */
    private void endurance(boolean compare) {
        if (steps == 0) {
            return;
        }
        int batch = batches.get(0);
        var inputs = StepInputs.random(network, batch, 13);
        try (var contender = compare ? ours(batch) : torchStep(TorchOptions.timed(true, false))) {
            for (int step = 1; step <= steps; step++) {
                double loss = contender.step(inputs);
                if (step % RSS_EVERY == 0) {
                    print("%s step=%d loss=%.4f %s", contender.name(), step, loss, ResidentMemory.now());
                }
            }
        }
    }

    private TorchStep torchStep(TorchOptions options) {
        return new TorchStep(network, settings, options, student, main, weak);
    }

    private StepContender ours(int batch) {
        return ours.orElseThrow().create(network, settings, student, main, weak, batch);
    }

    private void print(String format, Object... values) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}
