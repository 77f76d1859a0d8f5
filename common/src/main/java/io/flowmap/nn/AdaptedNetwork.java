package io.flowmap.nn;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * A network with low-rank adapters beside the weights of its linear maps and 1x1 convolutions. The inputs that only a flow map has get none:
 * they are trained themselves. Its arrays are those of the network, then A and B of each adapter in the order of use.
 */
public record AdaptedNetwork(Network network, Adapters adapters) implements Network {
    @Override
    public long[] sample() {
        return network.sample();
    }

    @Override
    public long[] smallest() {
        return network.smallest();
    }

    @Override
    public void requireTakes(long... other) {
        network.requireTakes(other);
    }

    @Override
    public ConditionShape condition() {
        return network.condition();
    }

    @Override
    public boolean isFlowMap() {
        return network.isFlowMap();
    }

    @Override
    public boolean isField() {
        return network.isField();
    }

    @Override
    public boolean isLate(String name) {
        return network.isLate(name);
    }

    @Override
    public Map<String, String> copies() {
        return network.copies();
    }

    @Override
    public String lastLayer() {
        return network.lastLayer();
    }

    @Override
    public SDVariable apply(Scope scope, Input input) {
        Set<String> maps = new LinkedHashSet<>();
        SDVariable y = network.apply(adapted(scope, maps), input);
        adapters.requireUsed(maps);
        return y;
    }

    /** The scope in which the network has the adapters. */
    public Scope in(Scope scope) {
        return adapted(scope, new LinkedHashSet<>());
    }

    private Scope adapted(Scope scope, Set<String> maps) {
        return scope.with(map -> {
            if (network.isLate(map)) {
                return null;
            }
            maps.add(map);
            return adapters.of(map);
        });
    }

    @Override
    public List<String> order() {
        var names = new LinkedHashSet<>(network.order());
        declared().forEach(p -> names.add(p.name()));
        return new ArrayList<>(names);
    }
}
