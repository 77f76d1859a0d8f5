package io.flowmap.distill.objective;

import io.flowmap.distill.objective.Objective.Monitor;
import io.flowmap.distill.objective.Objective.Residual;
import io.flowmap.distill.objective.Objective.Terms;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Self-consistency of one step with two half steps (Frans et al. 2024, "One step diffusion via shortcut models"), with the
 * middle m = (t+s)/2:
 *
 * <pre>
 * F(x_t,t,s) -> sg 1/2 [F(x_t,t,m) + F(x',m,s)],  x' = f(x_t,t,m)       where s &lt; t
 * F(x_t,t,t) -> v                                                       where s = t
 * </pre>
 */
final class Bootstrap {
    private Bootstrap() {}

    static Residual residual(Terms w, TangentNormalisation normalisation) {
        SDVariable velocity = w.velocity();
        SDVariable field = w.fieldAtSample();
        SDVariable middle = w.t().add(w.s()).mul(0.5);
        SDVariable first = w.field().at(w.xt(), w.t(), middle);
        SDVariable halfway = w.xt().add(first.mul(w.perSample(middle.sub(w.t()))));
        SDVariable second = w.field().at(halfway, middle, w.s());
        SDVariable target = w.onDiagonal(velocity, first.add(second).mul(0.5));
        SDVariable g = target.sub(field);
        var monitors =
                List.of(new Monitor("field", field), new Monitor("residual", g), new Monitor("velocity", velocity));
        return normalisation.residual(w, field, g, monitors);
    }
}
