package io.flowmap.distill.teacher;

import io.flowmap.flow.GaussianFlow;
import io.flowmap.flow.PerSample;
import io.flowmap.graph.Shapes;
import io.flowmap.model.TeacherGraph;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The exact teacher of data N(0, c^2 I): v(x,t) = (t - (1-t) c^2)/S(t)^2 x, S(t)^2 = t^2 + (1-t)^2 c^2
 * ({@link GaussianFlow}). It ignores class and guidance weight.
 */
public record GaussianTeacher(GaussianFlow flow) implements TeacherGraph {
    @Override
    public Emitter in(Shapes shapes, DataType type) {
        double variance = flow.c() * flow.c();
        return p -> {
            SDVariable u = p.t().neg().add(1.0);
            SDVariable square = p.t().mul(p.t()).add(u.mul(u).mul(variance));
            SDVariable slope = p.t().sub(u.mul(variance)).div(square);
            return p.x().mul(PerSample.of(shapes, slope, p.x()));
        };
    }
}
