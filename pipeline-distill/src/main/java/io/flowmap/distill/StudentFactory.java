package io.flowmap.distill;

import io.flowmap.checkpoint.FrozenFile;
import io.flowmap.checkpoint.WeightStore;
import io.flowmap.data.LatentShape;
import io.flowmap.data.TrainingSplits;
import io.flowmap.distill.monitor.TrainingMonitor;
import io.flowmap.distill.objective.Objective;
import io.flowmap.distill.teacher.TeacherSource;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.LocalObjective;
import io.flowmap.distill.train.step.MonitorConfig;
import io.flowmap.distill.train.step.Normalisation;
import io.flowmap.distill.train.step.ObjectiveFactory;
import io.flowmap.distill.train.step.ObjectiveSizes;
import io.flowmap.distill.train.step.StudentProgram;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.model.FieldSpec;
import io.flowmap.model.FrozenField;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.TeacherGraph;
import io.flowmap.nn.FlatParameters;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Recipe for training a network on an objective.
 *
 * @param student network to train
 * @param parameters its trained parameters, in the order of the trained vector
 * @param frozen its other parameters; null if all are trained
 * @param teacher null if the objective needs none
 * @param guidance guidance weights lambda of a flow map, drawn for each sample; null for a velocity field
 * @param labelDropout share of samples trained without their class
 */
public record StudentFactory(
        FieldSpec student,
        FlatParameters parameters,
        FrozenFile frozen,
        Objective objective,
        TeacherSource teacher,
        GuidanceWeights guidance,
        double labelDropout,
        long seed)
        implements ObjectiveFactory {
    /** A recipe that trains all parameters. */
    public StudentFactory(
            FieldSpec student,
            Objective objective,
            TeacherSource teacher,
            GuidanceWeights guidance,
            double labelDropout,
            long seed) {
        this(student, student.parameters(), null, objective, teacher, guidance, labelDropout, seed);
    }

    /** The same recipe, training only part of the parameters. */
    public StudentFactory with(FlatParameters part, FrozenFile rest) {
        return new StudentFactory(student, part, rest, objective, teacher, guidance, labelDropout, seed);
    }

    /** The student with the given trained vector; the vector may be longer than the student's parameters. */
    public FrozenField field(String name, float[] trained, Configuration hadoop) {
        var own = parameters.arrays(trained);
        var arrays = new HashMap<>(own);
        var rest = base(hadoop);
        arrays.putAll(rest.arrays());
        return new FrozenField(name, student.field(), arrays, () -> {
            own.values().forEach(INDArray::close);
            rest.close();
        });
    }

    /** Looks at a training of the student at its checkpoints; null if that is off. */
    public TrainingMonitor monitor(MonitorConfig config, NetworkSpec spec, TrainingSplits splits, Path dir) {
        var hadoop = splits.first().hadoop();
        return TrainingMonitor.of(config, spec, trained -> field("monitored", trained, hadoop), splits, seed, dir);
    }

    /** The frozen arrays, by name. */
    public WeightStore.Lease base(Configuration hadoop) {
        return WeightStore.ofThisJvm().borrow(hadoop, frozen);
    }

    @Override
    public LocalObjective create(Configuration hadoop, TrainingConfig config) {
        return new StudentObjective(this, hadoop, config);
    }

    @Override
    public ObjectiveSizes sizes(Configuration hadoop, TrainingConfig config, BlockSource data) {
        try (var base = base(hadoop);
                var graph = teacher(hadoop)) { // null without a teacher
            var setup = setup(config, config.batchPerWorker(), data.largest(), base.arrays(), graph);
            return new ObjectiveSizes(0, 0, 0, WeightStore.ofThisJvm().bytes())
                    .with(StudentProgram.plan(setup), data.buckets().size(), config.programs());
        }
    }

    /** The teacher's graph; null if the objective needs none. */
    TeacherGraph teacher(Configuration hadoop) {
        return teacher == null ? null : teacher.open(hadoop);
    }

    /**
     * @param shape shape of the latents
     * @param base the frozen arrays, by name
     */
    StudentProgram.Setup setup(
            TrainingConfig config, int batch, LatentShape shape, Map<String, INDArray> base, TeacherGraph graph) {
        return new StudentProgram.Setup(
                student.field(),
                parameters,
                base,
                objective,
                graph,
                student.sample(shape),
                batch,
                DataType.FLOAT,
                config.precision(),
                config.activationCheckpointing(),
                false);
    }

    @Override
    public Normalisation normalisation(Configuration hadoop, TrainingConfig config) {
        return Normalisation.unitRows(parameters);
    }
}
