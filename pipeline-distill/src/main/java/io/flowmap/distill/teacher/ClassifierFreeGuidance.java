package io.flowmap.distill.teacher;

import io.flowmap.graph.Shapes;
import io.flowmap.model.TeacherGraph;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Classifier-free guidance (Ho and Salimans 2022; AYF, section 3): v = lambda v(x, t, c) + (1 - lambda) v(x, t), c the condition.
 * The teacher must have been trained with dropped conditions.
 *
 * @param teacher a conditional velocity
 */
public record ClassifierFreeGuidance(TeacherGraph teacher) implements TeacherGraph {
    @Override
    public Emitter in(Shapes shapes, DataType type) {
        Emitter emitter = teacher.in(shapes, type);
        return p -> {
            if (p.condition().isEmpty()) {
                throw new IllegalArgumentException("cannot guide by a condition: expected a conditional teacher");
            }
            SDVariable without = emitter.velocity(p.unconditional(shapes, type));
            return Autoguidance.extrapolate(shapes, without, emitter.velocity(p), p.guidance());
        };
    }

    @Override
    public void close() {
        teacher.close();
    }
}
