package io.flowmap.distill;

import io.flowmap.checkpoint.ParameterLayout;
import io.flowmap.distill.objective.StudentProgram;
import io.flowmap.distill.train.Batch;
import io.flowmap.distill.train.LocalObjective;
import io.flowmap.distill.train.Normalisation;
import io.flowmap.distill.train.StepReport;
import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A student program fed with batches and their randomness. The program is compiled for the size of the first batch. */
final class StudentObjective implements LocalObjective {
    private final StudentFactory recipe;
    private final Configuration hadoop;
    private final RandomInputs inputs;
    private final Normalisation normalisation;
    private StudentProgram program;

    StudentObjective(StudentFactory recipe, Configuration hadoop) {
        this.recipe = recipe;
        this.hadoop = hadoop;
        this.inputs = new RandomInputs(new CounterRandom(recipe.seed()));
        this.normalisation = recipe.normalisation(hadoop);
    }

    @Override
    public ParameterLayout layout() {
        return recipe.student().layout();
    }

    @Override
    public StepReport gradient(INDArray flat, INDArray gradient, Batch batch, long step) {
        if (program == null) {
            program = new StudentProgram(recipe.setup(hadoop, batch.size()), flat, gradient);
        }
        var pairs = new TimePairs.Pair[batch.size()];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = recipe.objective().draw(inputs.random(), RandomInputs.TIME, batch.firstSample() + i);
        }
        fill(batch, pairs, step);
        program.run();
        return report(pairs, step, batch.x0().length / batch.size());
    }

    private void fill(Batch batch, TimePairs.Pair[] pairs, long step) {
        program.input("x0").data().setData(batch.x0());
        inputs.noise(program, batch);
        inputs.classes(program, batch, recipe.labelDropout());
        RandomInputs.vector(program, "t", pairs.length, i -> pairs[i].t());
        if (recipe.student().field().network().isFlowMap()) {
            RandomInputs.vector(program, "s", pairs.length, i -> pairs[i].s());
            RandomInputs.vector(program, "guidance", pairs.length, i -> recipe.guidance()
                    .draw(inputs.random(), batch.firstSample() + i));
            RandomInputs.vector(program, "warmup", 1, i -> recipe.objective().tangentWeight(step));
        }
    }

    private StepReport report(TimePairs.Pair[] pairs, long step, int elements) {
        float[] norms = program.norms();
        float[] intervals = new float[norms.length];
        for (int i = 0; i < intervals.length; i++) {
            intervals[i] = (float) (pairs[i].t() - pairs[i].s());
        }
        return new StepReport(
                recipe.objective().loss(norms, elements),
                norms,
                intervals,
                recipe.objective().tangentWeight(step));
    }

    @Override
    public void normalise(INDArray flat) {
        normalisation.normalise(flat);
    }

    @Override
    public void close() {
        if (program != null) {
            program.close();
        }
    }
}
