package io.flowmap.app.study;

import io.flowmap.data.Conditions;
import io.flowmap.engine.Program;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.GraphInputs;
import io.flowmap.flow.NetworkField;
import io.flowmap.graph.Jvp;
import io.flowmap.model.NetworkSpec;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network's field F(x, t, s) with the outputs of all its blocks, and the derivative of each along (xDot, 1, 0), compiled for one
 * batch. The last block is the field itself.
 */
final class TangentProgram implements AutoCloseable {
    static final String FIELD = "F";

    private final ConditionShape condition;
    private final GraphInputs inputs;
    private final Map<String, INDArray> values = new LinkedHashMap<>();
    private final Map<String, INDArray> tangents = new LinkedHashMap<>();
    private final Program program;

    /**
     * @param arrays arrays of the network by name
     * @param batch number of samples
     * @param type floating-point type of the arithmetic
     */
    TangentProgram(NetworkSpec spec, Map<String, INDArray> arrays, int batch, DataType type) {
        inputs = new GraphInputs(type);
        SDVariable x = inputs.samples("x", batch, spec.sample());
        SDVariable xDot = inputs.samples("xDot", batch, spec.sample());
        SDVariable t = inputs.add("t", batch);
        SDVariable s = inputs.add("s", batch);
        SDVariable guidance = inputs.add("guidance", batch);
        condition = spec.condition();
        var point = new NetworkField.Point(x, t, inputs.condition(condition, batch), s, guidance);
        var scope = Scope.frozen(inputs.shapes(), type, "net.", arrays);
        scope.observe(FIELD, spec.field().apply(scope, point));
        var blocks = scope.observed();
        List<SDVariable> outputs = new ArrayList<>(blocks.values());
        SDVariable one = inputs.shapes().graph().constant(Nd4j.ones(type, batch));
        List<SDVariable> dots = Jvp.of(inputs.shapes(), outputs, Map.of(x, xDot, t, one));
        program = compile(List.copyOf(blocks.keySet()), outputs, dots);
    }

    private Program compile(List<String> names, List<SDVariable> outputs, List<SDVariable> dots) {
        Map<String, INDArray> bound = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            boolean field = names.get(i).equals(FIELD); // in the caller's layout, like x
            values.put(names.get(i), bind(bound, field ? inputs.natural(outputs.get(i)) : outputs.get(i)));
            tangents.put(names.get(i), bind(bound, field ? inputs.natural(dots.get(i)) : dots.get(i)));
        }
        return Nd4jBackend.compile(inputs.shapes(), inputs.arrays(), bound);
    }

    /** Blocks that differ by a constant share the variable of their derivative, and its array. */
    private INDArray bind(Map<String, INDArray> bound, SDVariable variable) {
        return bound.computeIfAbsent(variable.name(), name -> inputs.output(variable));
    }

    /** Sets the conditions and the guidance weight. */
    void condition(Conditions conditions, double guidance) {
        inputs.array("guidance").assign(guidance);
        for (var name : condition.arrays().keySet()) {
            var values = conditions.array(name, condition, i -> false);
            inputs.condition(name).assign(Nd4j.create(values, condition.of(conditions.count(), name), 'c'));
        }
    }

    /** Evaluates at x and xDot, in the data's layout, with times t and s for all samples. */
    void run(INDArray x, INDArray xDot, double t, double s) {
        inputs.array("x").assign(x);
        inputs.array("xDot").assign(xDot);
        inputs.array("t").assign(t);
        inputs.array("s").assign(s);
        program.run();
    }

    /** Outputs of the last run by block, in the network's order; the next run overwrites them. */
    Map<String, INDArray> values() {
        return values;
    }

    /** Their derivatives, in the same order. */
    Map<String, INDArray> tangents() {
        return tangents;
    }

    @Override
    public void close() {
        program.close();
        inputs.close();
    }
}
