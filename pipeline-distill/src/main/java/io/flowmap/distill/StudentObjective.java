package io.flowmap.distill;

import io.flowmap.checkpoint.ParameterLayout;
import io.flowmap.distill.objective.StudentProgram;
import io.flowmap.distill.teacher.NetworkSpec;
import io.flowmap.distill.train.Batch;
import io.flowmap.distill.train.LocalObjective;
import io.flowmap.distill.train.StepReport;
import io.flowmap.nn.ForcedNormalisation;
import io.flowmap.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A student program fed with batches and their randomness. The program is compiled for the size of the first batch. */
final class StudentObjective implements LocalObjective {
    private final NetworkSpec spec;
    private final Draws draws;
    private final Function<Integer, StudentProgram.Setup> setup;
    private final List<Parameter> parameters;
    private StudentProgram program;

    /**
     * @param draws fills the program's random inputs
     * @param setup what to compile for a batch size
     */
    StudentObjective(NetworkSpec spec, Draws draws, Function<Integer, StudentProgram.Setup> setup) {
        this.spec = spec;
        this.draws = draws;
        this.setup = setup;
        this.parameters = spec.network().parameters();
    }

    /** Draws what a step needs beside its data, and tells the step's report from the residual norms. */
    interface Draws {
        /** Writes the inputs of the program for a batch. */
        void fill(StudentProgram program, Batch batch, long step);

        StepReport report(StudentProgram program, Batch batch, long step);
    }

    static ParameterLayout layout(NetworkSpec spec) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        spec.network().parameters().forEach(p -> shapes.put(p.name(), p.shape()));
        return ParameterLayout.of(shapes);
    }

    /** Forced weight normalisation of a network, on the driver as on the workers. */
    static void normalise(List<Parameter> parameters, INDArray flat) {
        float[] values = flat.data().asFloat();
        ForcedNormalisation.apply(parameters, values);
        ((FloatPointer) flat.data().pointer()).put(values, 0, values.length);
    }

    @Override
    public ParameterLayout layout() {
        return layout(spec);
    }

    @Override
    public StepReport gradient(INDArray flat, INDArray gradient, Batch batch, long step) {
        if (program == null) {
            program = new StudentProgram(setup.apply(batch.size()), flat, gradient);
        }
        program.input("x0").data().setData(batch.x0());
        draws.fill(program, batch, step);
        program.run();
        return draws.report(program, batch, step);
    }

    @Override
    public void normalise(INDArray flat) {
        normalise(parameters, flat);
    }

    @Override
    public void close() {
        if (program != null) {
            program.close();
        }
    }
}
