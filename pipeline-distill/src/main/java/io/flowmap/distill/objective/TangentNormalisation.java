package io.flowmap.distill.objective;

import io.flowmap.distill.objective.Objective.Monitor;
import io.flowmap.distill.objective.Objective.Residual;
import io.flowmap.distill.objective.Objective.Terms;
import java.io.Serializable;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * How a residual g = target - F becomes a loss (AYF, section 3.3): ghat = g / (||g||_2 + c) for each sample over all its
 * elements, loss = mean_b || F - sg(F + ghat) ||^2, gradient -2/B sum_b J_F' ghat.
 *
 * @param c >= 0; with c = 0, ghat = g and the loss is the plain squared error
 */
public record TangentNormalisation(double c) implements Serializable {
    /** Without normalisation: ghat = g. */
    static final TangentNormalisation NONE = new TangentNormalisation(0);

    public TangentNormalisation {
        if (!(c >= 0) || Double.isInfinite(c)) {
            throw new IllegalArgumentException("expected normalisation >= 0, got " + c);
        }
    }

    Residual residual(Terms w, SDVariable field, SDVariable g, List<Monitor> monitors) {
        SDVariable norm = w.norm(g);
        double scale = -2.0 / w.batch();
        SDVariable cotangent = c == 0
                ? g.mul(scale)
                : g.mul(w.scope().graph().math().reciprocal(norm.add(c)).mul(scale));
        return new Residual(field, cotangent, norm, monitors);
    }

    /** The loss, given residual norms: mean (||g|| / (||g|| + c))^2, or mean ||g||^2 for c = 0. */
    double loss(float[] norms) {
        double sum = 0;
        for (float norm : norms) {
            double unit = c == 0 ? norm : norm / (norm + c);
            sum += unit * unit;
        }
        return sum / norms.length;
    }
}
