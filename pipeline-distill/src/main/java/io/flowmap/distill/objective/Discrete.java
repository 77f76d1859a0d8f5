package io.flowmap.distill.objective;

import io.flowmap.distill.objective.Objective.Monitor;
import io.flowmap.distill.objective.Objective.Residual;
import io.flowmap.distill.objective.Objective.Terms;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Consistency between neighbouring points on the teacher's trajectory, with the target sg f(x_t', t', s):
 *
 * <pre>
 * t'   = max(s, t - 1/N), x_t' = x_t + (t'-t) v        one Euler step of the teacher
 * loss = || f(x_t,t,s) - sg f(x_t',t',s) ||^2 / ((t-s)(t-t'))
 * g    = [f(x_t,t,s) - f(x_t',t',s)] / (t-t') = v - F' - R (F - F'),   R = (t-s)/(t-t') = max(1, N (t-s))
 * </pre>
 *
 * With this weight the gradient is -2 &lt;grad F, sg(g)>, and g tends to AYF's df/dt linearly in 1/N. This form of g does
 * not divide by t - t', so it holds at s = t too, where g = v - F.
 */
final class Discrete {
    private static final double LARGEST = 1e9;

    private Discrete() {}

    /** @param steps N */
    static Residual residual(Terms w, SDVariable velocity, int steps, TangentNormalisation normalisation) {
        SDVariable interval = w.t().sub(w.s());
        SDVariable ratio = w.scope().graph().math().clipByValue(interval.mul((double) steps), 1, LARGEST);
        SDVariable step = interval.div(ratio);
        SDVariable field = w.fieldAtSample();
        SDVariable earlier = w.xt().sub(velocity.mul(w.perSample(step)));
        SDVariable target = w.field().at(earlier, w.t().sub(step), w.s());
        SDVariable g = velocity.sub(target).sub(field.sub(target).mul(w.perSample(ratio)));
        var monitors =
                List.of(new Monitor("field", field), new Monitor("residual", g), new Monitor("velocity", velocity));
        return normalisation.residual(w, field, g, monitors);
    }

    static int steps(int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("expected discrete-steps of at least 1, got " + steps);
        }
        return steps;
    }
}
