package io.flowmap.nn.mlp;

import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Layers;
import io.flowmap.nn.Network;
import io.flowmap.nn.Parameter.Kind;
import io.flowmap.nn.Scope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * A multilayer perceptron as a network on points [N,D]: y = MLP(silu(W [x, t, condition] + b + V [s, lambda])).
 *
 * <p>V exists only in a flow map and starts at zero, after all other arrays: the flow map starts as the velocity network whose arrays it
 * takes over.
 *
 * @param dimensions D, at least 1
 * @param condition conditions of the points
 * @param isFlowMap whether target time and guidance weight are inputs
 * @param hidden widths of the hidden layers, at least one
 */
public record PointNetwork(int dimensions, ConditionShape condition, boolean isFlowMap, List<Integer> hidden)
        implements Network {
    private static final String LATE = "late.V";

    public PointNetwork {
        hidden = List.copyOf(hidden);
        if (dimensions < 1 || hidden.isEmpty() || Collections.min(hidden) < 1) {
            throw new IllegalArgumentException("cannot build a network on points: expected positive dimensions and "
                    + "hidden widths, got " + dimensions + ", " + hidden);
        }
    }

    @Override
    public long[] sample() {
        return new long[] {dimensions};
    }

    @Override
    public boolean isLate(String name) {
        return name.equals(LATE);
    }

    @Override
    public String lastLayer() {
        return "W" + hidden.size();
    }

    @Override
    public List<String> order() {
        var names = new ArrayList<>(List.of("in.W", "in.b"));
        for (int layer = 1; layer <= hidden.size(); layer++) {
            names.addAll(List.of("W" + layer, "b" + layer));
        }
        if (isFlowMap) {
            names.add(LATE);
        }
        return names;
    }

    @Override
    public SDVariable apply(Scope scope, Input input) {
        var exact = new Layers(scope.exact());
        long wide = hidden.get(0);
        SDVariable u = scope.graph().concat(1, input.x(), column(scope, input.noise()));
        u = condition.isEmpty()
                ? u
                : scope.graph().concat(1, u, input.condition().rows(scope));
        SDVariable weight = scope.parameter("in.W", Kind.DENSE, wide, dimensions + 1 + condition.size());
        SDVariable bias = scope.reshape(scope.parameter("in.b", Kind.BIAS, wide), 1, wide);
        SDVariable y = exact.linear(u, weight, bias);
        if (isFlowMap) {
            SDVariable late = scope.graph().concat(1, column(scope, input.target()), column(scope, input.guidance()));
            SDVariable v = scope.parameter(LATE, Kind.BIAS, wide, 2);
            y = y.add(exact.linear(late, v));
        }
        return rest().apply(scope, scope.graph().nn().swish(y));
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
