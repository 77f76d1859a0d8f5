package io.flowmap.model;

import io.flowmap.data.Conditions;
import io.flowmap.engine.Program;
import io.flowmap.engine.ProgramPlan;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.FlowMap;
import io.flowmap.flow.GraphInputs;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.Velocity;
import io.flowmap.graph.Shapes;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Network;
import io.flowmap.nn.Scope;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A frozen field compiled for one batch size: the velocity of a guided teacher, or a flow map. A velocity network used as a flow map is an
 * Euler step. Not thread-safe.
 */
public final class FieldProgram implements Velocity, FlowMap, AutoCloseable {
    private final ConditionShape condition;
    private final GraphInputs inputs;
    private final INDArray output;
    private final Program program;

    /**
     * @param field a teacher, or the {@link FrozenField} of a flow map
     * @param condition conditions of the field
     * @param batch number of samples evaluated at once
     * @param sample shape of a sample: an image [C,H,W] or a point [D]
     */
    public FieldProgram(TeacherGraph field, ConditionShape condition, int batch, long... sample) {
        this(field, DataType.FLOAT, condition, batch, sample);
    }

    /** Like {@link #FieldProgram(TeacherGraph, ConditionShape, int, long...)}, with arithmetic in the given type. */
    public FieldProgram(TeacherGraph field, DataType type, ConditionShape condition, int batch, long... sample) {
        this.condition = condition;
        inputs = new GraphInputs(type);
        SDVariable x = inputs.samples("x", batch, sample);
        SDVariable t = inputs.add("t", batch);
        SDVariable s = inputs.add("s", batch);
        SDVariable guidance = inputs.add("guidance", batch);
        var point = new NetworkField.Point(x, t, inputs.condition(condition, batch), s, guidance);
        SDVariable value =
                inputs.natural(field.in(inputs.shapes(), inputs.type()).velocity(point));
        output = inputs.output(value);
        program = Nd4jBackend.compile(inputs.shapes(), inputs.arrays(), Map.of(value.name(), output));
    }

    /** Sets condition and guidance weight for the next evaluations. */
    public void condition(Conditions conditions, double guidance) {
        inputs.array("guidance").assign(guidance);
        inputs.nulls(conditions.nulls());
        for (var name : condition.arrays().keySet()) {
            try (INDArray given = Nd4j.create(
                    conditions.array(name, condition, i -> false), condition.of(conditions.count(), name), 'c')) {
                inputs.condition(name).assign(given);
            }
        }
    }

    /** Multiply-adds of one evaluation of a network on one sample, [H,W,C] or [D]. Only shapes are used. */
    public static long multiplyAdds(Network network, long... sample) {
        try (var shapes = new Shapes(SameDiff.create())) {
            var scope = Scope.trained(shapes, DataType.FLOAT, "");
            var y = network.apply(scope, Network.Input.placeholders(network, shapes, DataType.FLOAT, 1, sample));
            return ProgramPlan.of(new Nd4jBackend(), shapes, List.of(y.name()), false)
                    .multiplyAdds();
        }
    }

    /** Multiply-adds of the convolutions and matrix products in one evaluation of the whole batch. */
    public long multiplyAdds() {
        return program.multiplyAdds();
    }

    @Override
    public INDArray at(INDArray x, double t) {
        return field(x, t, t);
    }

    @Override
    public INDArray field(INDArray x, double t, double s) {
        inputs.array("t").assign(t);
        inputs.array("s").assign(s);
        return run(x);
    }

    /** Velocity of samples at individual times [N]. */
    public INDArray at(INDArray x, INDArray t) {
        inputs.array("t").assign(t);
        inputs.array("s").assign(t);
        return run(x);
    }

    private INDArray run(INDArray x) {
        inputs.array("x").assign(x);
        program.run();
        return output;
    }

    @Override
    public void close() {
        program.close();
        inputs.close();
    }
}
