package io.flowmap.distill.train.step;

import io.flowmap.distill.objective.Objective;
import io.flowmap.engine.Program;
import io.flowmap.engine.ProgramPlan;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.NetworkField;
import io.flowmap.model.TeacherGraph;
import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.Precision;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Teacher velocity, student field, tangent, target and parameter gradients of one objective as one compiled program over a flat
 * parameter vector, for one batch size. Usage: write the inputs, call {@link #run()}, read gradient and norms.
 */
public final class StudentProgram implements AutoCloseable {
    private final StudentGraph graph;
    private final Map<String, INDArray> monitors = new LinkedHashMap<>();
    private final INDArray norms;
    private final Program program;

    /**
     * What a program is compiled for.
     *
     * @param student network to train, with its preconditioning
     * @param parameters its trained parameters
     * @param frozen its other arrays, by name
     * @param objective the training objective
     * @param teacher guided velocity; null if the objective needs none
     * @param sample shape of a sample: an image [C,H,W] or a point [D]
     * @param batch samples per step
     * @param type floating-point type of the arithmetic
     * @param precision type of the networks' products
     * @param recomputing whether blocks compute their activations again in the reverse pass instead of keeping them
     * @param monitored whether to keep the objective's monitors (for tests and benchmarks)
     */
    public record Setup(
            NetworkField student,
            FlatParameters parameters,
            Map<String, INDArray> frozen,
            Objective objective,
            TeacherGraph teacher,
            long[] sample,
            int batch,
            DataType type,
            Precision precision,
            boolean recomputing,
            boolean monitored) {
        public Setup {
            if (objective.distils() != (teacher != null)) {
                throw new IllegalArgumentException("cannot compile " + objective
                        + ": expected a teacher if and only if " + "it distils, got " + teacher);
            }
        }

        /** A setup in which all parameters are trained. */
        public Setup(
                NetworkField student,
                Objective objective,
                TeacherGraph teacher,
                long[] sample,
                int batch,
                DataType type,
                boolean monitored) {
            this(
                    student,
                    student.network().parameters(),
                    Map.of(),
                    objective,
                    teacher,
                    sample,
                    batch,
                    type,
                    Precision.FLOAT32,
                    false,
                    monitored);
        }
    }

    /**
     * @param parameters flat vector [P] that the program reads
     * @param gradient flat vector [P] that it writes; entries of fixed arrays are left unchanged
     */
    public StudentProgram(Setup setup, INDArray parameters, INDArray gradient) {
        graph = new StudentGraph(setup);
        var inputs = graph.inputs();
        var values = setup.parameters().views(parameters);
        graph.parameters().forEach((p, variable) -> inputs.bind(variable, values.get(p.name())));
        var slopes = setup.parameters().views(gradient);
        Map<String, INDArray> outputs = new LinkedHashMap<>();
        graph.gradients().forEach((p, variable) -> outputs.put(variable.name(), slopes.get(p.name())));
        norms = inputs.output(graph.residual().norm());
        outputs.put(graph.residual().norm().name(), norms);
        if (setup.monitored()) {
            graph.residual().monitors().forEach(m -> {
                INDArray kept = inputs.output(m.value());
                monitors.put(m.name(), kept);
                outputs.put(m.value().name(), kept);
            });
        }
        program = Nd4jBackend.compile(inputs.shapes(), inputs.arrays(), outputs, setup.recomputing());
    }

    /** What a program of this setup will hold. Takes no memory. */
    public static ProgramPlan plan(Setup setup) {
        try (var graph = new StudentGraph(setup)) {
            return graph.plan(setup.recomputing());
        }
    }

    /** The input array of that name: x0, z [N,C,H,W] or [N,D]; t, s, guidance [N]; warmup [1]. Null if the program has no such input. */
    public INDArray input(String name) {
        return graph.inputs().array(name);
    }

    /** The array [N,...] of an input that belongs to the condition. */
    public INDArray condition(String name) {
        return graph.inputs().condition(name);
    }

    /** Writes what stands in the place of a dropped condition, [...] by name. */
    public void nulls(Map<String, float[]> values) {
        graph.inputs().nulls(values);
    }

    /** ||g|| of each sample in the last run. */
    public float[] norms() {
        return norms.data().asFloat();
    }

    /** A monitor of the last run, [N,H,W,C] or [N,D]. */
    public INDArray monitor(String name) {
        return monitors.get(name);
    }

    public void run() {
        program.run();
    }

    /** Multiply-adds of one run, counted by {@link Program#multiplyAdds}. */
    public long multiplyAdds() {
        return program.multiplyAdds();
    }

    @Override
    public void close() {
        program.close();
        graph.close();
    }
}
