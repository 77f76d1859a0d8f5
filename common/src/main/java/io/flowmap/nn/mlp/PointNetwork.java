package io.flowmap.nn.mlp;

import io.flowmap.nn.Network;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.Scope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * A multilayer perceptron as a network on points [N,D]: y = MLP(silu(W [x, t, class] + b + V [s, lambda])).
 *
 * <p>V belongs to a flow map only and starts at zero, after all other arrays: the flow map starts as the velocity network
 * whose arrays it takes over.
 *
 * @param dimensions D, at least 1
 * @param classes L, 0 of an unconditional network
 * @param flowMap whether target time and guidance weight are inputs
 * @param hidden widths of the hidden layers, at least one
 */
public record PointNetwork(int dimensions, int classes, boolean flowMap, List<Integer> hidden) implements Network {
    private static final int LATE = 2;

    public PointNetwork {
        hidden = List.copyOf(hidden);
        if (dimensions < 1 || classes < 0 || hidden.isEmpty() || Collections.min(hidden) < 1) {
            throw new IllegalArgumentException("cannot build a network on points: expected positive dimensions and "
                    + "hidden widths, got " + dimensions + ", " + classes + " classes, " + hidden);
        }
    }

    @Override
    public boolean isFlowMap() {
        return flowMap;
    }

    @Override
    public List<Parameter> parameters() {
        long first = hidden.get(0);
        var list = new ArrayList<Parameter>();
        list.add(new Parameter("in.W", new long[] {first, dimensions + 1 + classes}, Parameter.Kind.DENSE));
        list.add(new Parameter("in.b", new long[] {first}, Parameter.Kind.BIAS));
        list.addAll(rest().parameters());
        if (flowMap) {
            list.add(new Parameter("late.V", new long[] {first, LATE}, Parameter.Kind.BIAS));
        }
        return list;
    }

    @Override
    public SDVariable apply(Scope scope, Input input) {
        SDVariable u = scope.graph().concat(1, input.x(), column(scope, input.noise()));
        u = classes > 0 ? scope.graph().concat(1, u, input.classes()) : u;
        SDVariable y = linear(scope, u, "in.W").add(scope.reshape(scope.parameter("in.b"), 1, hidden.get(0)));
        if (flowMap) {
            SDVariable late = scope.graph().concat(1, column(scope, input.target()), column(scope, input.guidance()));
            y = y.add(linear(scope, late, "late.V"));
        }
        return rest().apply(scope, scope.graph().nn().swish(y));
    }

    private static SDVariable linear(Scope scope, SDVariable u, String weight) {
        return scope.graph().mmul(u, scope.parameter(weight), false, true, false);
    }

    private static SDVariable column(Scope scope, SDVariable numbers) {
        return scope.reshape(numbers, scope.shape(numbers)[0], 1);
    }

    private Mlp rest() {
        var widths = new ArrayList<>(hidden);
        widths.add(dimensions);
        return new Mlp(widths, Collections.nCopies(hidden.size() - 1, Mlp.Activation.SILU));
    }
}
