package io.flowmap.distill.train.step;

import io.flowmap.distill.objective.Objective;
import io.flowmap.engine.ProgramPlan;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.GraphInputs;
import io.flowmap.flow.LinearPath;
import io.flowmap.flow.NetworkField;
import io.flowmap.graph.Vjp;
import io.flowmap.model.TeacherGraph;
import io.flowmap.nn.Condition;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;

/** Teacher velocity, student field, tangent, target and parameter gradients of one objective as a graph, for one batch size. */
final class StudentGraph implements AutoCloseable {
    private final GraphInputs inputs;
    private final Objective.Residual residual;
    private final Map<Parameter, SDVariable> parameters = new LinkedHashMap<>();
    private final Map<Parameter, SDVariable> gradients = new LinkedHashMap<>();

    StudentGraph(StudentProgram.Setup setup) {
        inputs = new GraphInputs(setup.type(), setup.precision());
        var scope = Scope.trained(inputs.shapes(), setup.type(), "student.", setup.frozen());
        residual = emit(setup, scope);
        List<SDVariable> trained = new ArrayList<>();
        for (var p : setup.parameters()) {
            SDVariable variable = scope.variable(p.name());
            parameters.put(p, variable);
            if (p.trained()) {
                trained.add(variable);
            }
        }
        double scale = setup.precision().lossScale();
        var slopes = Vjp.of(inputs.shapes(), residual.output(), scaled(residual.cotangent(), scale), trained);
        parameters.forEach((p, variable) -> {
            if (p.trained()) {
                gradients.put(p, scaled(slopes.get(variable), 1 / scale));
            }
        });
    }

    private Objective.Residual emit(StudentProgram.Setup setup, Scope scope) {
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

    private Objective.Teacher teacher(StudentProgram.Setup setup, Condition condition, SDVariable guidance) {
        if (setup.teacher() == null) {
            return null;
        }
        TeacherGraph.Emitter emitter = setup.teacher().in(inputs.shapes(), inputs.type());
        return (x, time) -> emitter.velocity(new NetworkField.Point(x, time, condition, null, guidance));
    }

    private static SDVariable scaled(SDVariable x, double factor) {
        return factor == 1 ? x : x.mul(factor);
    }

    GraphInputs inputs() {
        return inputs;
    }

    Objective.Residual residual() {
        return residual;
    }

    /** The variable of each parameter. */
    Map<Parameter, SDVariable> parameters() {
        return parameters;
    }

    /** The variable of the gradient with respect to each trained parameter. */
    Map<Parameter, SDVariable> gradients() {
        return gradients;
    }

    /** What a program of this graph will hold. Takes no memory. */
    ProgramPlan plan(boolean recomputing) {
        List<String> outputs = new ArrayList<>(List.of(residual.norm().name()));
        gradients.values().forEach(gradient -> outputs.add(gradient.name()));
        return ProgramPlan.of(new Nd4jBackend(), inputs.shapes(), outputs, recomputing);
    }

    @Override
    public void close() {
        inputs.close();
    }
}
