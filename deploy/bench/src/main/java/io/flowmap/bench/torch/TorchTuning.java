package io.flowmap.bench.torch;

import io.flowmap.bench.step.StepAgreement;
import io.flowmap.bench.step.StepInputs;
import io.flowmap.bench.step.StepOutputs;
import io.flowmap.bench.step.StepTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Finds libtorch's fastest variant of the step on this machine, for each batch size. */
public final class TorchTuning {
    /** A variant and the time of its fastest step. */
    public record Trial(TorchOptions options, double milliseconds) {}

    private static final double TOLERANCE = 1e-3;

    private TorchTuning() {}

    /**
     * All variants that compute the step correctly, fastest first. On some processors libtorch's oneDNN gives wrong values in float32
     * NCHW; such a variant is dropped. Every round measures all variants, and the first round is warm-up.
     */
    public static List<Trial> ranked(Function<TorchOptions, TorchStep> maker, StepInputs inputs, int rounds) {
        var ways = List.of(
                TorchOptions.timed(false, false),
                TorchOptions.timed(true, false),
                TorchOptions.timed(false, true),
                TorchOptions.timed(true, true));
        var steps = new ArrayList<TorchStep>();
        var options = new ArrayList<TorchOptions>();
        try (var exact = maker.apply(TorchOptions.exact())) {
            StepOutputs expected = exact.evaluate(inputs);
            for (var way : ways) {
                var step = maker.apply(way);
                var outputs = step.evaluate(inputs, Optional.of(expected.tangent()));
                if (StepAgreement.between(outputs, expected).within(TOLERANCE)) {
                    steps.add(step);
                    options.add(way);
                } else {
                    step.close();
                }
            }
        }
        var best = new double[steps.size()];
        for (int round = 0; round <= rounds; round++) {
            for (int i = 0; i < best.length; i++) {
                double time = StepTimes.milliseconds(steps.get(i), inputs);
                best[i] = round <= 1 ? time : Math.min(best[i], time);
            }
        }
        steps.forEach(TorchStep::close);
        var trials = new ArrayList<Trial>();
        for (int i = 0; i < best.length; i++) {
            trials.add(new Trial(options.get(i), best[i]));
        }
        trials.sort((a, b) -> Double.compare(a.milliseconds(), b.milliseconds()));
        return trials;
    }
}
