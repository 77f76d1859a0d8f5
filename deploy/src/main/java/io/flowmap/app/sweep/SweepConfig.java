package io.flowmap.app.sweep;

import io.flowmap.eval.ReferenceDistance;
import io.flowmap.flow.TimeShift;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The section {@code sweep}.
 *
 * @param stages stages of flow maps
 * @param averages vectors of their checkpoints
 * @param guidance guidance weights
 * @param gamma noise of the sampler between steps
 * @param steps steps of the sampler
 * @param shift of the times of the sampler
 * @param samples samples per case
 * @param batch samples drawn at once
 * @param screen samples after which hopeless cases end, in whole blocks; 0 for no screening
 * @param keep a case continues if its distance is at most this multiple of the best for its number of steps
 */
record SweepConfig(
        List<String> stages,
        List<String> averages,
        List<Double> guidance,
        List<Double> gamma,
        List<Integer> steps,
        TimeShift shift,
        int samples,
        int batch,
        int screen,
        double keep) {
    SweepConfig {
        requireSome("stages", stages);
        requireSome("averages", averages);
        requireSome("guidance", guidance);
        requireSome("gamma", gamma);
        requireSome("steps", steps);
        if (!guidance.stream().allMatch(Double::isFinite) || !gamma.stream().allMatch(g -> g >= 0 && g <= 1)) {
            throw new IllegalArgumentException(
                    "expected finite guidance weights and gamma in [0, 1], got " + guidance + " and " + gamma);
        }
        if (steps.stream().anyMatch(n -> n < 1) || samples < 2 || batch < 1 || screen < 0 || !(keep >= 1)) {
            throw new IllegalArgumentException(
                    "expected steps and batch of 1 or more, samples of 2 or more, screen of 0 or"
                            + " more and keep of 1 or more, got " + steps + ", " + batch + ", " + samples + ", "
                            + screen
                            + " and " + keep);
        }
    }

    /** All cases. At one step the sampler adds no noise, so only one gamma is used. */
    List<SweepCase> cases() {
        var cases = new ArrayList<SweepCase>();
        for (var stage : stages) {
            for (var average : averages) {
                for (double weight : guidance) {
                    for (int n : steps) {
                        for (double noise : n == 1 ? gamma.subList(0, 1) : gamma) {
                            cases.add(new SweepCase(cases.size(), stage, average, weight, noise, n));
                        }
                    }
                }
            }
        }
        return cases;
    }

    /** Number of blocks of all samples. */
    int blocks() {
        return (samples + ReferenceDistance.BLOCK - 1) / ReferenceDistance.BLOCK;
    }

    /** Number of blocks that every case draws. */
    int screenedBlocks() {
        int blocks = (screen + ReferenceDistance.BLOCK - 1) / ReferenceDistance.BLOCK;
        return blocks == 0 ? blocks() : Math.min(blocks, blocks());
    }

    /** Number of samples in that many blocks. */
    int samples(int blocks) {
        return Math.min(samples, blocks * ReferenceDistance.BLOCK);
    }

    private static void requireSome(String key, List<?> values) {
        if (values.isEmpty() || Set.copyOf(values).size() < values.size()) {
            throw new IllegalArgumentException("expected one or more " + key + ", each once, got " + values);
        }
    }
}
