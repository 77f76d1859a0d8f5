package io.flowmap.distill.teacher;

import io.flowmap.config.UserError;
import io.flowmap.model.StoredModel;
import io.flowmap.model.TeacherGraph;
import io.flowmap.stage.JobContext;
import org.apache.hadoop.conf.Configuration;

/**
 * The teacher of a finished stage, with its guidance.
 *
 * @param main the teacher
 * @param weak the weak model; null without autoguidance
 */
public record StoredTeacher(TeacherConfig config, StoredModel main, StoredModel weak) implements TeacherSource {
    /** Reads the run's teacher. Throws {@link UserError} if the stage lacks a network that the guidance needs. */
    public static StoredTeacher of(JobContext context, TeacherConfig config, String average) {
        StoredModel main = StoredModel.of(context, config.stage(), "main", average);
        if (config.guidance() == TeacherConfig.Guidance.CFG
                && main.spec().condition().isEmpty()) {
            throw new UserError("cannot guide teacher " + main.dir() + " by cfg: expected a conditional network, "
                    + "got one without conditions");
        }
        boolean autoguided = config.guidance() == TeacherConfig.Guidance.AUTOGUIDANCE;
        return new StoredTeacher(
                config, main, autoguided ? StoredModel.of(context, config.stage(), "weak", average) : null);
    }

    /** Network evaluations per evaluation of the guided velocity. */
    public int evaluations() {
        return config.guidance() == TeacherConfig.Guidance.PLAIN ? 1 : 2;
    }

    /** Number of parameters of its networks. */
    public long parameters() {
        return main.parameters() + (weak == null ? 0 : weak.parameters());
    }

    @Override
    public TeacherGraph open(Configuration hadoop) {
        TeacherGraph plain = main.frozen("main", hadoop);
        TeacherGraph guided =
                switch (config.guidance()) {
                    case PLAIN -> plain;
                    case AUTOGUIDANCE -> new Autoguidance(plain, weak.frozen("weak", hadoop));
                    case CFG -> new ClassifierFreeGuidance(plain);
                };
        var interval = config.interval();
        return interval.isAllTimes() ? guided : new IntervalGuidance(guided, interval.min(), interval.max());
    }
}
