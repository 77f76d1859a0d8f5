package io.flowmap.distill.objective;

import io.flowmap.autodiff.Jvp;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Eulerian map distillation (AYF Thm 3.2 with w = 1/(t-s)^2, Eq. 4 and 5):
 *
 * <pre>
 * dF/dt = JVP of F at (x_t, t, s) along (v, 1, 0)
 * g     = v - F + r (s-t) dF/dt
 * ghat  = g / (||g||_2 + c)
 * loss  = mean_b || F - sg(F + ghat) ||^2, gradient -2/B sum_b J_F' ghat
 * </pre>
 *
 * At s = t this is flow matching, at s = 0 continuous-time consistency distillation; r below 1 is the warmup of the
 * tangent and, at its end, the linearity regulariser.
 *
 * @param normalisation c of the tangent normalisation, positive
 */
public record AyfEmd(double normalisation) implements Objective {
    @Override
    public Residual apply(Terms w) {
        SDVariable field = w.field().at(w.xt(), w.t(), w.s());
        SDVariable one = w.scope().graph().constant(Nd4j.ones(w.scope().type(), w.batch()));
        SDVariable tangent = Jvp.of(w.scope().shapes(), field, Map.of(w.xt(), w.velocity(), w.t(), one));
        SDVariable factor = w.perSample(w.s().sub(w.t()).mul(w.warmup()));
        SDVariable g = w.velocity().sub(field).add(tangent.mul(factor));
        SDVariable norm = w.norm(g);
        SDVariable inverse = w.scope().graph().math().reciprocal(norm.add(normalisation));
        SDVariable cotangent = g.mul(inverse.mul(-2.0 / w.batch()));
        var monitors = List.of(
                new Monitor("field", field),
                new Monitor("tangent", tangent),
                new Monitor("residual", g),
                new Monitor("velocity", w.velocity()));
        return new Residual(field, cotangent, norm, monitors);
    }

    /** The normalised loss of residual norms: mean (||g|| / (||g|| + c))^2. */
    public double loss(float[] norms) {
        double sum = 0;
        for (float norm : norms) {
            double unit = norm / (norm + normalisation);
            sum += unit * unit;
        }
        return sum / norms.length;
    }
}
