package io.flowmap.nn;

import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * Low-rank adapters of one rank on the linear maps that match a pattern; as settings and in manifests.
 *
 * @param rank rank of every adapter; 0 = no adapters
 * @param alpha numerator of the scale, positive
 * @param rslora whether the scale is alpha/sqrt(rank) (Kalajdzievski 2023, rsLoRA) instead of alpha/rank
 * @param modules patterns for the names of the maps, where {@code *} stands for any text
 */
public record Lora(int rank, double alpha, boolean rslora, List<String> modules) implements Adapters, Serializable {
    /** No adapters. */
    public static final Lora NONE = new Lora(0, 1, false, List.of());

    public Lora {
        modules = List.copyOf(modules);
        if (rank < 0 || !(alpha > 0) || Double.isInfinite(alpha)) {
            throw new IllegalArgumentException("expected rank >= 0 and alpha > 0, got " + rank + ", " + alpha);
        }
        if (rank > 0 && modules.isEmpty()) {
            throw new IllegalArgumentException("expected patterns as modules, [\"*\"] for all linear maps, got none");
        }
    }

    /** Whether there are adapters. */
    public boolean exists() {
        return rank > 0;
    }

    @Override
    public Adapter of(String map) {
        return modules.stream().anyMatch(pattern -> Wildcard.of(pattern).test(map))
                ? new Adapter(rank, alpha / (rslora ? Math.sqrt(rank) : rank))
                : null;
    }

    @Override
    public void requireUsed(Set<String> maps) {
        for (var pattern : modules) {
            if (maps.stream().noneMatch(Wildcard.of(pattern))) {
                throw new IllegalArgumentException("expected patterns that match linear maps such as "
                        + maps.stream().findFirst().orElse("none") + ", got " + pattern);
            }
        }
    }
}
