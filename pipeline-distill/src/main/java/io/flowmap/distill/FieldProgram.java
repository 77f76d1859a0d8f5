package io.flowmap.distill;

import io.flowmap.autodiff.Program;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.teacher.Autoguidance;
import io.flowmap.flow.FlowMap;
import io.flowmap.flow.GraphInputs;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.Velocity;
import io.flowmap.nn.Scope;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A frozen field compiled for one batch size: a guided teacher's velocity or a flow map. Not thread-safe. */
final class FieldProgram implements Velocity, FlowMap, AutoCloseable {
    private final GraphInputs inputs = new GraphInputs(DataType.FLOAT);
    private final INDArray output;
    private final Program program;

    private FieldProgram(LatentShape shape, int batch, int classes, Emitter emitter) {
        SDVariable x = inputs.images("x", batch, shape.channels(), shape.height(), shape.width());
        SDVariable t = inputs.add("t", batch);
        SDVariable s = inputs.add("s", batch);
        SDVariable guidance = inputs.add("guidance", batch);
        SDVariable labels = classes > 0 ? inputs.add("classes", batch, classes) : null;
        SDVariable field = emitter.emit(inputs, new NetworkField.Point(x, t, labels, s, guidance));
        SDVariable nchw = inputs.shapes().graph().permute(field, 0, 3, 1, 2);
        output = Nd4j.create(DataType.FLOAT, batch, shape.channels(), shape.height(), shape.width());
        program = Program.compile(inputs.shapes(), inputs.arrays(), Map.of(nchw.name(), output));
    }

    private interface Emitter {
        SDVariable emit(GraphInputs inputs, NetworkField.Point point);
    }

    static FieldProgram teacher(Autoguidance teacher, LatentShape shape, int batch, int classes) {
        return new FieldProgram(
                shape,
                batch,
                classes,
                (in, p) -> teacher.velocity(in.shapes(), in.type(), p.x(), p.t(), p.classes(), p.guidance()));
    }

    static FieldProgram student(Autoguidance.Model student, LatentShape shape, int batch, int classes) {
        return new FieldProgram(shape, batch, classes, (in, p) -> {
            var scope = Scope.frozen(in.shapes(), in.type(), "student.", student.arrays());
            return student.field().apply(scope, p);
        });
    }

    /** Sets classes (-1 = none) and guidance weight of the next evaluations. */
    void condition(int[] labels, double guidance) {
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

    @Override
    public INDArray at(INDArray x, double t) {
        return field(x, t, t);
    }

    @Override
    public INDArray field(INDArray x, double t, double s) {
        inputs.array("x").assign(x);
        inputs.array("t").assign(t);
        inputs.array("s").assign(s);
        program.run();
        return output;
    }

    @Override
    public void close() {
        program.close();
    }
}
