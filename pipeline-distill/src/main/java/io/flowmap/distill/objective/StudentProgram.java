package io.flowmap.distill.objective;

import io.flowmap.autodiff.Program;
import io.flowmap.autodiff.Shapes;
import io.flowmap.autodiff.Vjp;
import io.flowmap.data.LatentShape;
import io.flowmap.flow.GraphInputs;
import io.flowmap.flow.LinearPath;
import io.flowmap.flow.NetworkField;
import io.flowmap.nn.Scope;
import io.flowmap.nn.UNet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Teacher velocity, student field, tangent, target and parameter gradients of one objective as one compiled program over
 * a flat parameter vector, for one batch size. Write the inputs, {@link #run()}, read gradient and norms.
 */
public final class StudentProgram implements AutoCloseable {
    private final LatentShape shape;
    private final int batch;
    private final DataType type;
    private final Shapes shapes;
    private final GraphInputs inputs;
    private final Map<String, INDArray> monitors = new LinkedHashMap<>();
    private final INDArray norms;
    private final Program program;

    /**
     * What a program is compiled for.
     *
     * @param student network that is trained
     * @param field its preconditioning
     * @param objective what it is trained towards
     * @param teacher guided velocity, null for objectives without one
     * @param shape of the latents
     * @param batch samples a step
     * @param type of the arithmetic
     * @param monitored whether the objective's monitors are kept (tests, benchmarks)
     */
    public record Setup(
            UNet student,
            NetworkField field,
            Objective objective,
            TeacherGraph teacher,
            LatentShape shape,
            int batch,
            DataType type,
            boolean monitored) {}

    /** A guided teacher that emits its velocity [N,H,W,C] for points, times [N], one-hot classes and guidance weights [N]. */
    public interface TeacherGraph {
        SDVariable velocity(
                Shapes shapes, DataType type, SDVariable x, SDVariable t, SDVariable classes, SDVariable guidance);
    }

    /**
     * @param parameters flat vector [P] that the program reads
     * @param gradient flat vector [P] that it writes; entries of fixed arrays stay as they are
     */
    public StudentProgram(Setup setup, INDArray parameters, INDArray gradient) {
        shape = setup.shape();
        batch = setup.batch();
        type = setup.type();
        inputs = new GraphInputs(type);
        shapes = inputs.shapes();
        norms = Nd4j.create(type, batch, 1, 1, 1);
        var scope = Scope.trainable(shapes, type, "student.", setup.student().parameters());
        Map<String, INDArray> outputs = new LinkedHashMap<>();
        Objective.Residual residual = emit(setup, scope);
        outputs.put(residual.norm().name(), norms);
        bind(setup, scope, parameters, gradient, residual, outputs);
        if (setup.monitored()) {
            residual.monitors().forEach(m -> {
                INDArray kept = Nd4j.create(type, shapes.of(m.value()));
                monitors.put(m.name(), kept);
                outputs.put(m.value().name(), kept);
            });
        }
        program = Program.compile(shapes, inputs.arrays(), outputs);
    }

    private Objective.Residual emit(Setup setup, Scope scope) {
        SDVariable x0 = images("x0");
        SDVariable z = images("z");
        SDVariable t = inputs.add("t", batch);
        int labels = setup.student().config().labelDim();
        SDVariable classes = labels > 0 ? inputs.add("classes", batch, labels) : null;
        SDVariable xt = LinearPath.point(scope, x0, z, t);
        boolean flowMap = setup.student().isFlowMap();
        SDVariable s = flowMap ? inputs.add("s", batch) : null;
        SDVariable guidance = flowMap ? inputs.add("guidance", batch) : null;
        SDVariable warmup = flowMap ? inputs.add("warmup", 1) : null;
        SDVariable velocity =
                setup.teacher() == null ? null : setup.teacher().velocity(shapes, type, xt, t, classes, guidance);
        Objective.Field field = (x, time, target) ->
                setup.field().apply(scope, new NetworkField.Point(x, time, classes, target, guidance));
        return setup.objective().apply(new Objective.Terms(scope, x0, z, xt, t, s, warmup, velocity, field));
    }

    private void bind(
            Setup setup,
            Scope scope,
            INDArray parameters,
            INDArray gradient,
            Objective.Residual residual,
            Map<String, INDArray> outputs) {
        List<SDVariable> trained = new ArrayList<>();
        List<INDArray> targets = new ArrayList<>();
        long offset = 0;
        for (var p : setup.student().parameters()) {
            var interval = NDArrayIndex.interval(offset, offset + p.length());
            SDVariable variable = scope.parameter(p.name());
            inputs.bind(variable, parameters.get(interval).reshape('c', p.shape()));
            if (p.trained()) {
                trained.add(variable);
                targets.add(gradient.get(interval).reshape('c', p.shape()));
            }
            offset += p.length();
        }
        var gradients = List.copyOf(
                Vjp.of(shapes, residual.output(), residual.cotangent(), trained).values());
        for (int i = 0; i < trained.size(); i++) {
            outputs.put(gradients.get(i).name(), targets.get(i));
        }
    }

    private SDVariable images(String name) {
        return inputs.images(name, batch, shape.channels(), shape.height(), shape.width());
    }

    /** The array of an input: x0, z [N,C,H,W]; t, s, guidance [N]; classes [N,L]; warmup [1]. */
    public INDArray input(String name) {
        return inputs.array(name);
    }

    /** ||g|| of each sample of the last run. */
    public float[] norms() {
        return norms.data().asFloat();
    }

    /** A monitor of the last run, [N,H,W,C]. */
    public INDArray monitor(String name) {
        return monitors.get(name);
    }

    public void run() {
        program.run();
    }

    public Program program() {
        return program;
    }

    @Override
    public void close() {
        program.close();
    }
}
