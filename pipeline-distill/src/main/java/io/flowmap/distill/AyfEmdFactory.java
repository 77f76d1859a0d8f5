package io.flowmap.distill;

import io.flowmap.distill.objective.AyfEmd;
import io.flowmap.distill.objective.StudentProgram;
import io.flowmap.distill.teacher.Autoguidance;
import io.flowmap.distill.teacher.NetworkSpec;
import io.flowmap.distill.teacher.StoredModel;
import io.flowmap.distill.train.Batch;
import io.flowmap.distill.train.LocalObjective;
import io.flowmap.distill.train.Normalisation;
import io.flowmap.distill.train.ObjectiveFactory;
import io.flowmap.distill.train.StepReport;
import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * AYF-EMD from an autoguided teacher; lambda ~ U[min, max] for each sample, given to the student.
 *
 * @param student network that is trained
 * @param main the teacher
 * @param weak the weak model that guides it
 */
record AyfEmdFactory(NetworkSpec student, StoredModel main, StoredModel weak, DistillConfig config, long seed)
        implements ObjectiveFactory {
    @Override
    public LocalObjective create(Configuration hadoop) {
        return new StudentObjective(
                student,
                new Draws(this),
                batch -> new StudentProgram.Setup(
                        student.network(),
                        student.field(),
                        objective(),
                        new Autoguidance(main.velocity(hadoop), weak.velocity(hadoop)),
                        student.shape(),
                        batch,
                        DataType.FLOAT,
                        false));
    }

    private AyfEmd objective() {
        return new AyfEmd(config.objective().normalisation());
    }

    @Override
    public Normalisation normalisation(Configuration hadoop) {
        var parameters = student.network().parameters();
        return flat -> StudentObjective.normalise(parameters, flat);
    }

    @Override
    public String key() {
        return toString();
    }

    private record Draws(AyfEmdFactory recipe) implements StudentObjective.Draws {
        private TimePairs.Pair pair(CounterRandom random, Batch batch, int i) {
            return recipe.config.timePairs().draw(random, RandomInputs.TIME, batch.firstSample() + i);
        }

        @Override
        public void fill(StudentProgram program, Batch batch, long step) {
            var random = new CounterRandom(recipe.seed);
            var inputs = new RandomInputs(random);
            var guidance = recipe.config.guidance();
            inputs.noise(program, batch);
            inputs.classes(program, batch, 0);
            RandomInputs.vector(
                    program, "t", batch.size(), i -> pair(random, batch, i).t());
            RandomInputs.vector(
                    program, "s", batch.size(), i -> pair(random, batch, i).s());
            RandomInputs.vector(
                    program,
                    "guidance",
                    batch.size(),
                    i -> guidance.min()
                            + (guidance.max() - guidance.min())
                                    * random.uniform(RandomInputs.GUIDANCE, batch.firstSample() + i));
            RandomInputs.vector(
                    program, "warmup", 1, i -> recipe.config.objective().warmup(step));
        }

        @Override
        public StepReport report(StudentProgram program, Batch batch, long step) {
            var random = new CounterRandom(recipe.seed);
            float[] norms = program.norms();
            float[] intervals = new float[norms.length];
            for (int i = 0; i < intervals.length; i++) {
                var pair = pair(random, batch, i);
                intervals[i] = (float) (pair.t() - pair.s());
            }
            return new StepReport(
                    recipe.objective().loss(norms),
                    norms,
                    intervals,
                    recipe.config.objective().warmup(step));
        }
    }
}
