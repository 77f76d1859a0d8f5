package io.flowmap.flow;

import io.flowmap.graph.Shapes;
import io.flowmap.nn.Condition;
import io.flowmap.nn.Network;
import io.flowmap.nn.Scope;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A network as a field on the linear path: F(x,t,...) = [(t - (1-t) sigma_d^2)/S^2] x - (sigma_d/S) N(x/S; t, ...), S(t)^2 = t^2 + (1-t)^2
 * sigma_d^2.
 *
 * <p>As a velocity this is the exact change of variables from EDM's preconditioned denoiser, finite at both ends. As the field of a flow
 * map it is the mean velocity over [s,t] (AYF, section 3). A network that {@linkplain Network#isField is a field} has no preconditioning: F =
 * N(x; t, ...).
 */
public final class NetworkField {
    private final Network network;
    private final NoiseLabel label;
    private final double sigmaData;

    public NetworkField(Network network, NoiseLabel label, double sigmaData) {
        this.network = network;
        this.label = label;
        this.sigmaData = sigmaData;
    }

    /**
     * Where the field is evaluated.
     *
     * @param x points on the path, [N,...]
     * @param t source times in [0,1], [N]
     * @param condition of each sample
     * @param s target times [N]; used by flow maps only, else may be null
     * @param guidance guidance weights [N]; used by flow maps and guided teachers only, else may be null
     */
    public record Point(SDVariable x, SDVariable t, Condition condition, SDVariable s, SDVariable guidance) {
        /** The same point without its condition. */
        public Point unconditional(Shapes shapes, DataType type) {
            return new Point(x, t, condition.unconditional(shapes, type), s, guidance);
        }

        /** The same point with a different guidance weight. */
        public Point guided(SDVariable weight) {
            return new Point(x, t, condition, s, weight);
        }
    }

    public Network network() {
        return network;
    }

    /** Emits the field, with the shape of x. */
    public SDVariable apply(Scope scope, Point p) {
        return network.isField() ? network(scope, p.x(), p) : preconditioned(scope, p);
    }

    private SDVariable network(Scope scope, SDVariable x, Point p) {
        try (var names = scope.shapes().nameScope()) {
            return network.apply(
                    scope, new Network.Input(x, label.of(scope, p.t()), p.condition(), p.s(), p.guidance()));
        }
    }

    private SDVariable preconditioned(Scope scope, Point p) {
        double variance = sigmaData * sigmaData;
        SDVariable u = p.t().neg().add(1);
        SDVariable square = p.t().mul(p.t()).add(u.mul(u).mul(variance));
        SDVariable inverse =
                scope.graph().math().reciprocal(scope.graph().math().sqrt(square));
        SDVariable skip = p.t().sub(u.mul(variance)).mul(inverse.mul(inverse));
        SDVariable scaled = p.x().mul(PerSample.of(scope.shapes(), inverse, p.x()));
        SDVariable raw = network(scope, scaled, p);
        SDVariable out = inverse.mul(-sigmaData);
        return p.x().mul(PerSample.of(scope.shapes(), skip, p.x()))
                .add(raw.mul(PerSample.of(scope.shapes(), out, p.x())));
    }
}
