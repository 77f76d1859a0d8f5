package io.flowmap.distill;

import io.flowmap.distill.teacher.TeacherConfig;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.flow.TimePairs;
import io.flowmap.nn.Lora;

/** The section {@code distill}; reference.conf documents every key. */
public record DistillConfig(
        ObjectiveConfig objective,
        TimePairs timePairs,
        TimePairs time,
        GuidanceWeights guidance,
        TeacherConfig teacher,
        String teacherAverage,
        Lora lora,
        TrainingConfig training) {

    public DistillConfig {
        if (lora.exists() && !objective.objective(timePairs, time).distils()) {
            throw new IllegalArgumentException("expected lora.rank = 0 for an objective without a teacher, got "
                    + lora.rank() + ": adapters stand beside a teacher's weights");
        }
        if (objective.warms() && objective.warmupSteps() > training.steps() / 4) {
            throw new IllegalArgumentException(
                    "expected objective.warmup-steps of at most a quarter of training.steps = " + training.steps()
                            + ", got " + objective.warmupSteps() + ": set distill.objective.warmup-steps="
                            + training.steps() / 4);
        }
    }
}
