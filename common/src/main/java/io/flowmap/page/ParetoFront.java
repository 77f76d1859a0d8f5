package io.flowmap.page;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Pareto front of two costs: the items that no other item beats in both. */
public final class ParetoFront {
    private ParetoFront() {}

    /** The front, sorted by the first cost. Among equal items the first is kept. */
    public static <T> List<T> of(List<T> all, ToDoubleFunction<T> cost, ToDoubleFunction<T> other) {
        var front = new ArrayList<T>();
        all.stream().sorted(Comparator.comparingDouble(cost)).forEach(one -> {
            if (front.isEmpty() || other.applyAsDouble(one) < other.applyAsDouble(front.get(front.size() - 1))) {
                front.add(one);
            }
        });
        return front;
    }
}
