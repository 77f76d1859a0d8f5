package io.flowmap.distill;

import io.flowmap.checkpoint.WeightStore;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.LocalObjective;
import io.flowmap.distill.train.step.Normalisation;
import io.flowmap.distill.train.step.ObjectiveSizes;
import io.flowmap.distill.train.step.Programs;
import io.flowmap.distill.train.step.StepReport;
import io.flowmap.distill.train.step.StudentProgram;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.TeacherGraph;
import io.flowmap.nn.Network;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.ParameterLayout;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A {@link LocalObjective} that feeds student programs with batches and their random numbers. A program is compiled for each shape of
 * samples, and for the size of the first batch.
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
    private final Programs<StudentProgram> programs;
    private WeightStore.Lease base;
    private TeacherGraph teacher;
    private int batchSize;

    StudentObjective(StudentFactory recipe, Configuration hadoop, TrainingConfig config) {
        this.recipe = recipe;
        this.hadoop = hadoop;
        this.config = config;
        this.random = new CounterRandom(recipe.seed());
        this.network = recipe.student().field().network();
        this.normalisation = recipe.normalisation(hadoop, config);
        this.programs =
                new Programs<>(config.programs(), shape -> ObjectiveSizes.bytes(StudentProgram.plan(setup(shape))));
    }

    @Override
    public ParameterLayout layout() {
        return recipe.parameters().layout();
    }

    @Override
    public StepReport gradient(INDArray flat, INDArray gradient, Batch batch, long step) {
        var program = program(flat, gradient, batch);
        var pairs = new TimePairs.Pair[batch.size()];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = recipe.objective().draw(random, TIME, batch.firstSample() + i);
        }
        fill(program, batch, pairs, step);
        program.run();
        return report(program.norms(), pairs, step, batch.x0().length / batch.size());
    }

    private StudentProgram program(INDArray flat, INDArray gradient, Batch batch) {
        if (base == null) {
            base = recipe.base(hadoop);
            teacher = recipe.teacher(hadoop);
            batchSize = batch.size();
        }
        var shape = batch.shape();
        return programs.get(shape, () -> new StudentProgram(setup(shape), flat, gradient));
    }

    private StudentProgram.Setup setup(LatentShape shape) {
        return recipe.setup(config, batchSize, shape, base.arrays(), teacher);
    }

    private void fill(StudentProgram program, Batch batch, TimePairs.Pair[] pairs, long step) {
        long first = batch.firstSample();
        write(program, "x0", batch.x0());
        write(program, "z", batch.gaussians(random, NOISE));
        write(program, "t", batch.numbers(i -> pairs[(int) (i - first)].t()));
        program.nulls(batch.conditions().nulls());
        for (var name : network.condition().arrays().keySet()) {
            write(program.condition(name), batch.condition(name, network.condition(), this::losesCondition));
        }
        if (network.isFlowMap()) {
            write(program, "s", batch.numbers(i -> pairs[(int) (i - first)].s()));
            write(program, "guidance", batch.numbers(i -> recipe.guidance().draw(random, i)));
            write(program, "warmup", new float[] {(float) recipe.objective().tangentWeight(step)});
        }
    }

    private boolean losesCondition(long sample) {
        return recipe.labelDropout() > 0 && random.uniform(DROPOUT, sample) < recipe.labelDropout();
    }

    private static void write(StudentProgram program, String input, float[] values) {
        write(program.input(input), values);
    }

    private static void write(INDArray input, float[] values) {
        input.data().setData(values);
    }

    private StepReport report(float[] norms, TimePairs.Pair[] pairs, long step, int elements) {
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
        programs.close();
        if (base != null) {
            base.close();
        }
        if (teacher != null) {
            teacher.close();
        }
    }
}
