package io.flowmap.distill.train.step;

import io.flowmap.data.LatentShape;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * The programs of one objective, compiled for each shape of samples when it is first needed. The least recently used is closed before a new
 * one would exceed the limits. Not thread-safe.
 */
public final class Programs<P extends AutoCloseable> implements AutoCloseable {
    private final ProgramsConfig limits;
    private final ToLongFunction<LatentShape> plan;
    private final Map<LatentShape, P> alive = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<LatentShape, Long> sizes = new HashMap<>();

    /** @param plan bytes that the program of a shape will hold; not asked while there is no other */
    public Programs(ProgramsConfig limits, ToLongFunction<LatentShape> plan) {
        this.limits = limits;
        this.plan = plan;
    }

    /** The program for a shape, compiled if there is none. */
    public P get(LatentShape shape, Supplier<P> compile) {
        var program = alive.get(shape);
        if (program == null) {
            makeRoom(shape);
            program = compile.get();
            alive.put(shape, program);
        }
        return program;
    }

    private void makeRoom(LatentShape shape) {
        while (!alive.isEmpty() && !limits.allow(alive.size() + 1, size(shape) + held())) {
            var eldest = alive.entrySet().iterator();
            close(eldest.next().getValue());
            eldest.remove();
        }
    }

    private long held() {
        return alive.keySet().stream().mapToLong(this::size).sum();
    }

    private long size(LatentShape shape) {
        return sizes.computeIfAbsent(shape, plan::applyAsLong);
    }

    @Override
    public void close() {
        alive.values().forEach(Programs::close);
        alive.clear();
    }

    private static void close(AutoCloseable program) {
        try {
            program.close();
        } catch (Exception e) {
            throw new IllegalStateException("cannot close " + program, e);
        }
    }
}
