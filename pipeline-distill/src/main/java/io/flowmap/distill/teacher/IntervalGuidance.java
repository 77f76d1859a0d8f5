package io.flowmap.distill.teacher;

import io.flowmap.graph.Shapes;
import io.flowmap.model.TeacherGraph;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Guidance in a limited interval (Kynkäänniemi et al. 2024): the guided teacher has weight lambda for t in [from, to], and weight 1
 * outside.
 *
 * @param guided a guided teacher
 * @param from smallest guided time, in [0, to]
 * @param to largest guided time, in [from, 1]
 */
public record IntervalGuidance(TeacherGraph guided, double from, double to) implements TeacherGraph {
    public IntervalGuidance {
        if (!(0 <= from && from <= to && to <= 1)) {
            throw new IllegalArgumentException(
                    "cannot limit guidance: expected 0 <= from <= to <= 1, got " + from + ", " + to);
        }
    }

    @Override
    public Emitter in(Shapes shapes, DataType type) {
        Emitter emitter = guided.in(shapes, type);
        return p -> {
            SDVariable nearest = shapes.graph().math().clipByValue(p.t(), from, to);
            SDVariable inside = shapes.graph().eq(p.t(), nearest).castTo(type);
            SDVariable lambda = p.guidance().sub(1.0).mul(inside).add(1.0);
            return emitter.velocity(p.guided(lambda));
        };
    }

    @Override
    public void close() {
        guided.close();
    }
}
