package io.flowmap.distill.objective;

import io.flowmap.distill.objective.Objective.Monitor;
import io.flowmap.distill.objective.Objective.Terms;
import io.flowmap.graph.Jvp;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The derivative of a flow map along the teacher's trajectory (AYF Eq. 4):
 * df/dt = v - F + (s-t) dF/dt, dF/dt = JVP of F at (x_t, t, s) along (v, 1, 0).
 *
 * @param velocity v
 * @param field F
 * @param tangent dF/dt
 * @param g v - F + factor dF/dt
 */
record Eulerian(SDVariable velocity, SDVariable field, SDVariable tangent, SDVariable g) {
    /** @param factor s - t, or r (s-t), [N] */
    static Eulerian of(Terms w, SDVariable factor) {
        SDVariable velocity = w.velocity();
        SDVariable field = w.fieldAtSample();
        SDVariable one = w.scope().graph().constant(Nd4j.ones(w.scope().type(), w.batch()));
        SDVariable tangent = Jvp.of(w.scope().shapes(), field, Map.of(w.xt(), velocity, w.t(), one));
        SDVariable g = velocity.sub(field).add(tangent.mul(w.perSample(factor)));
        return new Eulerian(velocity, field, tangent, g);
    }

    List<Monitor> monitors() {
        return List.of(
                new Monitor("field", field),
                new Monitor("tangent", tangent),
                new Monitor("residual", g),
                new Monitor("velocity", velocity));
    }
}
