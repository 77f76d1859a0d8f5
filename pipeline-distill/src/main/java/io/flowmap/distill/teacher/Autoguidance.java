package io.flowmap.distill.teacher;

import io.flowmap.flow.PerSample;
import io.flowmap.graph.Shapes;
import io.flowmap.model.TeacherGraph;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * An autoguided teacher (AYF Eq. 3): v = lambda v_main + (1 - lambda) v_weak, where the weak model is smaller and less
 * trained.
 *
 * @param main the teacher
 * @param weak the weak model
 */
public record Autoguidance(TeacherGraph main, TeacherGraph weak) implements TeacherGraph {
    @Override
    public Emitter in(Shapes shapes, DataType type) {
        Emitter strong = main.in(shapes, type);
        Emitter poor = weak.in(shapes, type);
        return p -> extrapolate(shapes, poor.velocity(p), strong.velocity(p), p.guidance());
    }

    @Override
    public void close() {
        main.close();
        weak.close();
    }

    /** lambda strong + (1 - lambda) poor for weights lambda [N]. */
    static SDVariable extrapolate(Shapes shapes, SDVariable poor, SDVariable strong, SDVariable lambda) {
        return poor.add(strong.sub(poor).mul(PerSample.of(shapes, lambda, strong)));
    }
}
