package io.flowmap.distill.train.step;

import io.flowmap.distill.objective.Objective;
import io.flowmap.engine.Program;
import io.flowmap.flow.GraphInputs;
import io.flowmap.flow.LinearPath;
import io.flowmap.flow.NetworkField;
import io.flowmap.graph.Shapes;
import io.flowmap.graph.Vjp;
import io.flowmap.model.TeacherGraph;
import io.flowmap.nn.Condition;
import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Teacher velocity, student field, tangent, target and parameter gradients of one objective as one compiled program over a flat
 * parameter vector, for one batch size. Usage: write the inputs, call {@link #run()}, read gradient and norms.
 */
public final class StudentProgram implements AutoCloseable {
    private final DataType type;
    private final Shapes shapes;
    private final GraphInputs inputs;
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
            this(student, student.network().parameters(), Map.of(), objective, teacher, sample, batch, type, monitored);
        }
    }

    /**
     * @param parameters flat vector [P] that the program reads
     * @param gradient flat vector [P] that it writes; entries of fixed arrays are left unchanged
     */
    public StudentProgram(Setup setup, INDArray parameters, INDArray gradient) {
        type = setup.type();
        inputs = new GraphInputs(type);
        shapes = inputs.shapes();
        var scope = Scope.trained(shapes, type, "student.", setup.frozen());
        Map<String, INDArray> outputs = new LinkedHashMap<>();
        Objective.Residual residual = emit(setup, scope);
        norms = inputs.output(residual.norm());
        outputs.put(residual.norm().name(), norms);
        bind(setup, scope, parameters, gradient, residual, outputs);
        if (setup.monitored()) {
            residual.monitors().forEach(m -> {
                INDArray kept = inputs.output(m.value());
                monitors.put(m.name(), kept);
                outputs.put(m.value().name(), kept);
            });
        }
        program = Program.compile(shapes, inputs.arrays(), outputs);
    }

    private Objective.Residual emit(Setup setup, Scope scope) {
        int batch = setup.batch();
        SDVariable x0 = inputs.samples("x0", batch, setup.sample());
        SDVariable z = inputs.samples("z", batch, setup.sample());
        SDVariable t = inputs.add("t", batch);
        Condition condition = inputs.condition(setup.student().network().condition(), batch);
        SDVariable xt = LinearPath.point(scope, x0, z, t);
        boolean flowMap = setup.student().network().isFlowMap();
        SDVariable s = flowMap ? inputs.add("s", batch) : null;
        SDVariable guidance = flowMap ? inputs.add("guidance", batch) : null;
        SDVariable warmup = flowMap ? inputs.add("warmup", 1) : null;
        Objective.Teacher teacher = teacher(setup, condition, guidance);
        Objective.Field field = (x, time, target) ->
                setup.student().apply(scope, new NetworkField.Point(x, time, condition, target, guidance));
        return setup.objective().apply(new Objective.Terms(scope, x0, z, xt, t, s, warmup, teacher, field));
    }

    private Objective.Teacher teacher(Setup setup, Condition condition, SDVariable guidance) {
        if (setup.teacher() == null) {
            return null;
        }
        TeacherGraph.Emitter emitter = setup.teacher().in(shapes, type);
        return (x, time) -> emitter.velocity(new NetworkField.Point(x, time, condition, null, guidance));
    }

    private void bind(
            Setup setup,
            Scope scope,
            INDArray parameters,
            INDArray gradient,
            Objective.Residual residual,
            Map<String, INDArray> outputs) {
        var values = setup.parameters().views(parameters);
        var slopes = setup.parameters().views(gradient);
        List<SDVariable> trained = new ArrayList<>();
        for (var p : setup.parameters()) {
            SDVariable variable = scope.variable(p.name());
            inputs.bind(variable, values.get(p.name()));
            if (p.trained()) {
                trained.add(variable);
            }
        }
        var gradients = Vjp.of(shapes, residual.output(), residual.cotangent(), trained);
        for (var p : setup.parameters()) {
            if (p.trained()) {
                outputs.put(gradients.get(scope.variable(p.name())).name(), slopes.get(p.name()));
            }
        }
    }

    /** The input array of that name: x0, z [N,C,H,W] or [N,D]; t, s, guidance [N]; warmup [1]. Null if the program has no such input. */
    public INDArray input(String name) {
        return inputs.array(name);
    }

    /** The array [N,...] of an input that belongs to the condition. */
    public INDArray condition(String name) {
        return inputs.condition(name);
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

    /** Multiply-adds of one run, counted by {@link io.flowmap.engine.MultiplyAdds}. */
    public long multiplyAdds() {
        return program.multiplyAdds();
    }

    @Override
    public void close() {
        program.close();
        inputs.close();
    }
}
