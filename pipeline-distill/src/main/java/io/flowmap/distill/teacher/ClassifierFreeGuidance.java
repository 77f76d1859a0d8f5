package io.flowmap.distill.teacher;

import io.flowmap.flow.NetworkField;
import io.flowmap.graph.Shapes;
import io.flowmap.model.TeacherGraph;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Classifier-free guidance (Ho and Salimans 2022; AYF, section 3): v = lambda v(x, t, class) + (1 - lambda) v(x, t, none).
 * The teacher must have been trained with label dropout.
 *
 * @param teacher a class-conditional velocity
 */
public record ClassifierFreeGuidance(TeacherGraph teacher) implements TeacherGraph {
    @Override
    public Emitter in(Shapes shapes, DataType type) {
        Emitter emitter = teacher.in(shapes, type);
        return p -> {
            if (p.classes() == null) {
                throw new IllegalArgumentException("cannot guide by class: expected a class-conditional teacher");
            }
            SDVariable none = shapes.graph().zero(null, type, shapes.of(p.classes()));
            SDVariable anyClass = emitter.velocity(new NetworkField.Point(p.x(), p.t(), none, null, p.guidance()));
            return Autoguidance.extrapolate(shapes, anyClass, emitter.velocity(p), p.guidance());
        };
    }

    @Override
    public void close() {
        teacher.close();
    }
}
