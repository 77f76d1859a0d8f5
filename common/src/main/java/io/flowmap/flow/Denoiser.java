package io.flowmap.flow;

import io.flowmap.nn.Condition;
import io.flowmap.nn.Network;
import io.flowmap.nn.Scope;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * EDM2's preconditioned denoiser on a variance-exploding path: D(x; sigma) = c_skip x + c_out N(c_in x, ln(sigma)/4)
 * (EDM2, Precond).
 */
public final class Denoiser {
    private final Network network;
    private final double sigmaData;

    public Denoiser(Network network, double sigmaData) {
        this.network = network;
        this.sigmaData = sigmaData;
    }

    /** D(x; sigma) for x [N,...] at noise levels sigma [N] under a condition. */
    public SDVariable apply(Scope scope, SDVariable x, SDVariable sigma, Condition condition) {
        SDVariable variance = sigma.mul(sigma).add(sigmaData * sigmaData);
        SDVariable deviation = scope.graph().math().sqrt(variance);
        SDVariable skip = reciprocal(scope, variance).mul(sigmaData * sigmaData);
        SDVariable out = sigma.mul(reciprocal(scope, deviation)).mul(sigmaData);
        SDVariable label = scope.graph().math().log(sigma).mul(0.25);
        SDVariable scaled = x.mul(PerSample.of(scope.shapes(), reciprocal(scope, deviation), x));
        SDVariable field = network.apply(scope, new Network.Input(scaled, label, condition, null, null));
        return x.mul(PerSample.of(scope.shapes(), skip, x)).add(field.mul(PerSample.of(scope.shapes(), out, x)));
    }

    private static SDVariable reciprocal(Scope scope, SDVariable x) {
        return scope.graph().math().reciprocal(x);
    }
}
