package io.flowmap.distill.objective;

import io.flowmap.distill.objective.Objective.Monitor;
import io.flowmap.distill.objective.Objective.Terms;
import io.flowmap.graph.Jvp;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Residual of the Lagrangian condition (AYF Thm 3.3), the difference between a flow map's derivative in s and the teacher's velocity at
 * the end point of the map: h = df/ds - v(f, s) = F + (s-t) dF/ds - v(f(x_t,t,s), s), dF/ds = JVP of F along (0, 0, 1).
 *
 * @param field F
 * @param tangent dF/ds
 * @param velocity v(f, s)
 * @param h the residual
 */
record Lagrangian(SDVariable field, SDVariable tangent, SDVariable velocity, SDVariable h) {
    static Lagrangian of(Terms w) {
        SDVariable field = w.fieldAtSample();
        SDVariable one = w.scope().graph().constant(Nd4j.ones(w.scope().type(), w.batch()));
        SDVariable tangent = Jvp.of(w.scope().shapes(), field, Map.of(w.s(), one));
        SDVariable step = w.perSample(w.s().sub(w.t()));
        SDVariable predicted = w.xt().add(field.mul(step));
        SDVariable velocity = w.teacher().velocity(predicted, w.s());
        SDVariable h = field.add(tangent.mul(step)).sub(velocity);
        return new Lagrangian(field, tangent, velocity, h);
    }

    List<Monitor> monitors() {
        return List.of(
                new Monitor("field", field),
                new Monitor("tangent", tangent),
                new Monitor("residual", h),
                new Monitor("velocity", velocity));
    }
}
