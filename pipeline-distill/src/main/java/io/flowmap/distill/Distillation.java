package io.flowmap.distill;

import io.flowmap.config.UserError;
import io.flowmap.data.TrainingSplits;
import io.flowmap.distill.objective.Objective;
import io.flowmap.distill.teacher.StoredTeacher;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import java.util.List;

/**
 * The training of a flow map that the section {@code distill} describes.
 *
 * @param teacher null if the objective needs none
 */
public record Distillation(DistillConfig config, Objective objective, StoredTeacher teacher) {
    /**
     * Reads the run's distillation. Throws {@link UserError} if the data does not fit the teacher, or the teacher has c_noise =
     * ln(sigma)/4: the derivative of ln(sigma)/4 is unbounded at both ends of [0, 1], so no flow map can be trained from such a
     * teacher.
     */
    public static Distillation of(JobContext context) {
        var config = context.settings().section("distill", DistillConfig.class);
        Objective objective = config.objective().objective(config.timePairs(), config.time());
        return new Distillation(config, objective, objective.distils() ? teacher(context, config) : null);
    }

    private static StoredTeacher teacher(JobContext context, DistillConfig config) {
        var teacher = StoredTeacher.of(context, config.teacher(), config.teacherAverage());
        StoredModel main = teacher.main();
        main.requireFits(TrainingSplits.of(context, config.training().splits()));
        if (main.spec().noiseLabel() != NoiseLabel.TIME) {
            throw new UserError("cannot distil teacher " + main.dir()
                    + ": expected a network with c_noise = t, got one with c_noise = ln(sigma)/4 (run flowmap prepare-teacher,"
                    + " then set distill.teacher.stage to its stage)");
        }
        return teacher;
    }

    /** Recipe for training a network, with the seed of the run's distillation. */
    public StudentFactory recipe(JobContext context, NetworkSpec student) {
        return new StudentFactory(
                student, objective, teacher, config.guidance(), 0, context.run().seedOf("distill"));
    }

    /** Stages that the distillation reads. */
    public List<StageInput> inputs(JobContext context) {
        var data = StageInput.stage(context, StageNames.DATA);
        return objective.distils()
                ? List.of(data, StageInput.stage(context, config.teacher().stage()))
                : List.of(data);
    }

    /** Sections that determine the result. From scratch, {@code network} describes the network that otherwise comes from the teacher. */
    List<String> sections() {
        return objective.distils() ? List.of("distill") : List.of("distill", "network");
    }
}
