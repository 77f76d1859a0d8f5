package io.flowmap.distill;

import io.flowmap.distill.objective.Objective;
import io.flowmap.distill.teacher.TeacherSource;
import io.flowmap.distill.train.step.LocalObjective;
import io.flowmap.distill.train.step.Normalisation;
import io.flowmap.distill.train.step.ObjectiveFactory;
import io.flowmap.distill.train.step.StudentProgram;
import io.flowmap.model.FieldSpec;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The training of a network towards an objective.
 *
 * @param student network that is trained
 * @param teacher null where the objective does not distil
 * @param guidance weights lambda that a flow map is told, drawn for each sample; null of a velocity field
 * @param labelDropout share of samples without their class
 */
public record StudentFactory(
        FieldSpec student,
        Objective objective,
        TeacherSource teacher,
        GuidanceWeights guidance,
        double labelDropout,
        long seed)
        implements ObjectiveFactory {
    @Override
    public LocalObjective create(Configuration hadoop) {
        return new StudentObjective(this, hadoop);
    }

    StudentProgram.Setup setup(Configuration hadoop, int batch) {
        return new StudentProgram.Setup(
                student.field(),
                objective,
                teacher == null ? null : teacher.open(hadoop),
                student.sample(),
                batch,
                DataType.FLOAT,
                false);
    }

    @Override
    public Normalisation normalisation(Configuration hadoop) {
        return Normalisation.unitRows(student.parameters());
    }
}
