package io.flowmap.model;

import io.flowmap.engine.Program;
import io.flowmap.flow.FlowMap;
import io.flowmap.flow.GraphInputs;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.Velocity;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A frozen field compiled for one batch size: a guided teacher's velocity, or a flow map. A velocity network as a flow map
 * is an Euler step. Not thread-safe.
 */
public final class FieldProgram implements Velocity, FlowMap, AutoCloseable {
    private final GraphInputs inputs;
    private final INDArray output;
    private final Program program;

    /**
     * @param field a teacher, or a {@link io.flowmap.model.FrozenField} of a flow map
     * @param batch samples evaluated at once
     * @param classes of its one-hot rows, 0 of an unconditional field
     * @param sample shape of a sample: an image [C,H,W] or a point [D]
     */
    public FieldProgram(TeacherGraph field, int batch, int classes, long... sample) {
        this(field, DataType.FLOAT, batch, classes, sample);
    }

    /** As the other, in the arithmetic of a type. */
    public FieldProgram(TeacherGraph field, DataType type, int batch, int classes, long... sample) {
        inputs = new GraphInputs(type);
        SDVariable x = inputs.samples("x", batch, sample);
        SDVariable t = inputs.add("t", batch);
        SDVariable s = inputs.add("s", batch);
        SDVariable guidance = inputs.add("guidance", batch);
        SDVariable labels = classes > 0 ? inputs.add("classes", batch, classes) : null;
        var point = new NetworkField.Point(x, t, labels, s, guidance);
        SDVariable value =
                inputs.natural(field.in(inputs.shapes(), inputs.type()).velocity(point));
        output = inputs.output(value);
        program = Program.compile(inputs.shapes(), inputs.arrays(), Map.of(value.name(), output));
    }

    /** Sets classes (-1 = none) and guidance weight of the next evaluations. */
    public void condition(int[] labels, double guidance) {
        inputs.array("guidance").assign(guidance);
        INDArray rows = inputs.array("classes");
        if (rows != null) {
            rows.assign(0);
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] >= 0) {
                    rows.putScalar(i, labels[i], 1);
                }
            }
        }
    }

    /** Multiply-adds of the convolutions and matrix products of an evaluation of the whole batch. */
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

    /** The velocity of samples at times of their own [N]. */
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
