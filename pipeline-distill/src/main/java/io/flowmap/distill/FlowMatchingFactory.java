package io.flowmap.distill;

import io.flowmap.distill.objective.FlowMatching;
import io.flowmap.distill.objective.StudentProgram;
import io.flowmap.distill.teacher.NetworkSpec;
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
 * Flow matching of a velocity field with logit-normal times and label dropout.
 *
 * @param times mean and deviation of logit t
 * @param labelDropout share of samples without their class
 */
record FlowMatchingFactory(NetworkSpec spec, TimePairs times, double labelDropout, long seed)
        implements ObjectiveFactory {
    @Override
    public LocalObjective create(Configuration hadoop) {
        return new StudentObjective(
                spec,
                new Draws(this),
                batch -> new StudentProgram.Setup(
                        spec.network(),
                        spec.field(),
                        new FlowMatching(),
                        null,
                        spec.shape(),
                        batch,
                        DataType.FLOAT,
                        false));
    }

    @Override
    public Normalisation normalisation(Configuration hadoop) {
        var parameters = spec.network().parameters();
        return flat -> StudentObjective.normalise(parameters, flat);
    }

    @Override
    public String key() {
        return toString();
    }

    private record Draws(FlowMatchingFactory recipe) implements StudentObjective.Draws {
        @Override
        public void fill(StudentProgram program, Batch batch, long step) {
            var random = new CounterRandom(recipe.seed);
            var inputs = new RandomInputs(random);
            inputs.noise(program, batch);
            inputs.classes(program, batch, recipe.labelDropout);
            RandomInputs.vector(
                    program,
                    "t",
                    batch.size(),
                    i -> recipe.times.drawTime(random, RandomInputs.TIME, batch.firstSample() + i));
        }

        @Override
        public StepReport report(StudentProgram program, Batch batch, long step) {
            float[] norms = program.norms();
            return new StepReport(
                    new FlowMatching().loss(norms, recipe.spec.shape().size()), norms, new float[norms.length], 1);
        }
    }
}
