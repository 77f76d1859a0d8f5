package io.flowmap.distill.sample;

import io.flowmap.config.UserError;
import io.flowmap.distill.teacher.TeacherConfig;
import io.flowmap.flow.TimeShift;
import java.io.Serializable;
import java.util.List;
import java.util.Set;

/** The section {@code generate}; reference.conf documents every key. */
record GenerateConfig(
        List<String> models,
        List<Integer> steps,
        List<Double> guidance,
        List<Double> gamma,
        TimeShift shift,
        String split,
        Prompts prompts,
        int samples,
        String topUp,
        int batch,
        TeacherConfig teacher,
        String studentStage,
        String teacherAverage,
        String studentAverage,
        int gridRows,
        PromptPages page)
        implements Serializable {

    GenerateConfig {
        models = List.copyOf(models);
        steps = List.copyOf(steps);
        guidance = List.copyOf(guidance);
        gamma = List.copyOf(gamma);
        if (models.isEmpty() || !List.of("teacher", "student").containsAll(models)) {
            throw new IllegalArgumentException("expected models among teacher and student, got " + models);
        }
        if (steps.isEmpty() || steps.stream().anyMatch(n -> n < 1)) {
            throw new IllegalArgumentException("expected steps of at least 1, got " + steps);
        }
        if (guidance.isEmpty() || !guidance.stream().allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("expected guidance weights, got " + guidance);
        }
        requireDistinct("models", models);
        requireDistinct("steps", steps);
        requireDistinct("guidance", guidance);
        if (!gamma.stream().allMatch(value -> value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("expected gamma in [0, 1], got " + gamma);
        }
        if (gamma.size() != 1 && gamma.size() != steps.size()) {
            throw new IllegalArgumentException(
                    "expected one gamma, or one for each of the steps " + steps + ", got " + gamma);
        }
        if (samples < 1 || batch < 1 || gridRows < 1) {
            throw new IllegalArgumentException("expected samples, batch and grid-rows of at least 1, got " + samples
                    + ", " + batch + ", " + gridRows);
        }
    }

    /**
     * The section {@code generate.prompts}.
     *
     * @param from a file, or {@code split:NAME}; null for none
     * @param count number of prompts, 0 for all after the first
     */
    record Prompts(String from, long first, int count) implements Serializable {
        private static final String SPLIT = "split:";

        Prompts {
            if (first < 0 || count < 0 || from == null && (first > 0 || count > 0)) {
                throw new IllegalArgumentException("expected prompts with first >= 0 and count >= 0, and from if either"
                        + " is set, got " + first + ", " + count + " and " + from);
            }
        }

        /** A range of prompts. */
        record Range(int from, int count) {}

        /** Name of the split whose captions are the prompts; null if they come from a file or there are none. */
        String split() {
            return from != null && from.startsWith(SPLIT) ? from.substring(SPLIT.length()) : null;
        }

        /** The file with the prompts; null if they are captions or there are none. */
        String file() {
            return split() == null ? from : null;
        }

        /** The range among this many prompts. Throws {@link UserError} if there are not as many. */
        Range range(long all, String where) {
            long taken = count > 0 ? count : all - first;
            if (taken < 1 || first + taken > all || taken > Integer.MAX_VALUE) {
                throw new UserError(
                        "cannot take prompts from " + where + ": expected generate.prompts.first and count within "
                                + all + " prompts, got " + first + " and " + count);
            }
            return new Range(Math.toIntExact(first), (int) taken);
        }
    }

    /** What the page of the prompts shows: its first prompts, the first seeds of each, and the longest side of a picture in pixels. */
    record PromptPages(int prompts, int seeds, int side) implements Serializable {
        PromptPages {
            if (prompts < 1 || seeds < 1 || side < 1) {
                throw new IllegalArgumentException("expected page.prompts, page.seeds and page.side of at least 1, got "
                        + prompts + ", " + seeds + ", " + side);
            }
        }
    }

    private static void requireDistinct(String key, List<?> values) {
        if (Set.copyOf(values).size() < values.size()) {
            throw new IllegalArgumentException("expected each of " + key + " once, got " + values);
        }
    }

    /** Gamma for one of {@link #steps}. */
    double gammaAt(int count) {
        return gamma.size() == 1 ? gamma.get(0) : gamma.get(steps.indexOf(count));
    }

    int batches() {
        return (samples + batch - 1) / batch;
    }
}
