package io.flowmap.distill;

import io.flowmap.distill.teacher.TeacherConfig;
import io.flowmap.distill.train.TrainingConfig;
import io.flowmap.flow.TimePairs;

/** The section {@code distill}; reference.conf documents every key. */
record DistillConfig(
        ObjectiveConfig objective,
        TimePairs timePairs,
        TimePairs time,
        GuidanceWeights guidance,
        TeacherConfig teacher,
        String teacherAverage,
        TrainingConfig training) {}
