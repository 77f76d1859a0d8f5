package io.flowmap.distill;

import io.flowmap.checkpoint.WeightStore;
import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.LocalObjective;
import io.flowmap.distill.train.step.Normalisation;
import io.flowmap.distill.train.step.StepReport;
import io.flowmap.distill.train.step.StudentProgram;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.flow.TimePairs;
import io.flowmap.nn.Network;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.ParameterLayout;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A {@link LocalObjective} that feeds a student program with batches and their random numbers. The program is compiled for the size of
 * the first batch.
 */
final class StudentObjective implements LocalObjective {
    static final long GUIDANCE = 3;

    private static final long NOISE = 1;
    private static final long TIME = 2;
    private static final long DROPOUT = 4;

    private final StudentFactory recipe;
    private final Configuration hadoop;
    private final TrainingConfig config;
    private final CounterRandom random;
    private final Network network;
    private final Normalisation normalisation;
    private WeightStore.Lease base;
    private StudentProgram.Setup setup;
    private StudentProgram program;

    StudentObjective(StudentFactory recipe, Configuration hadoop, TrainingConfig config) {
        this.recipe = recipe;
        this.hadoop = hadoop;
        this.config = config;
        this.random = new CounterRandom(recipe.seed());
        this.network = recipe.student().field().network();
        this.normalisation = recipe.normalisation(hadoop, config);
    }

    @Override
    public ParameterLayout layout() {
        return recipe.parameters().layout();
    }

    @Override
    public StepReport gradient(INDArray flat, INDArray gradient, Batch batch, long step) {
        if (program == null) {
            base = recipe.base(hadoop);
            setup = recipe.setup(hadoop, config, batch.size(), base.arrays());
            program = new StudentProgram(setup, flat, gradient);
        }
        var pairs = new TimePairs.Pair[batch.size()];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = recipe.objective().draw(random, TIME, batch.firstSample() + i);
        }
        fill(batch, pairs, step);
        program.run();
        return report(pairs, step, batch.x0().length / batch.size());
    }

    private void fill(Batch batch, TimePairs.Pair[] pairs, long step) {
        long first = batch.firstSample();
        write("x0", batch.x0());
        write("z", batch.gaussians(random, NOISE));
        write("t", batch.numbers(i -> pairs[(int) (i - first)].t()));
        for (var name : network.condition().arrays().keySet()) {
            write(program.condition(name), batch.condition(name, network.condition(), this::losesCondition));
        }
        if (network.isFlowMap()) {
            write("s", batch.numbers(i -> pairs[(int) (i - first)].s()));
            write("guidance", batch.numbers(i -> recipe.guidance().draw(random, i)));
            write("warmup", new float[] {(float) recipe.objective().tangentWeight(step)});
        }
    }

    private boolean losesCondition(long sample) {
        return recipe.labelDropout() > 0 && random.uniform(DROPOUT, sample) < recipe.labelDropout();
    }

    private void write(String input, float[] values) {
        write(program.input(input), values);
    }

    private static void write(INDArray input, float[] values) {
        input.data().setData(values);
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
        if (base != null) {
            base.close();
        }
        if (setup != null && setup.teacher() != null) {
            setup.teacher().close();
        }
    }
}
