package io.flowmap.distill;

import io.flowmap.distill.teacher.TeacherConfig;
import java.io.Serializable;
import java.util.List;
import java.util.Set;

/** The section {@code generate}; reference.conf documents every key. */
record GenerateConfig(
        List<String> models,
        List<Integer> steps,
        List<Double> guidance,
        double gamma,
        int samples,
        String topUp,
        int batch,
        TeacherConfig teacher,
        String studentStage,
        String teacherAverage,
        String studentAverage,
        int gridRows)
        implements Serializable {

    GenerateConfig {
        models = List.copyOf(models);
        steps = List.copyOf(steps);
        guidance = List.copyOf(guidance);
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
        if (!(gamma >= 0 && gamma <= 1)) {
            throw new IllegalArgumentException("expected gamma in [0, 1], got " + gamma);
        }
        if (samples < 1 || batch < 1 || gridRows < 1) {
            throw new IllegalArgumentException("expected samples, batch and grid-rows of at least 1, got " + samples
                    + ", " + batch + ", " + gridRows);
        }
    }

    private static void requireDistinct(String key, List<?> values) {
        if (Set.copyOf(values).size() < values.size()) {
            throw new IllegalArgumentException("expected each of " + key + " once, got " + values);
        }
    }

    int batches() {
        return (samples + batch - 1) / batch;
    }
}
