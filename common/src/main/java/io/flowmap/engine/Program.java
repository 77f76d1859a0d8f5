package io.flowmap.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A compiled graph. Everything has its buffers from the start and what depends on constants alone is computed once; a run replays the
 * instructions. The caller owns the buffers of inputs and outputs: write the inputs, call {@link #run()}, read the outputs. Not
 * thread-safe.
 */
public final class Program implements AutoCloseable {
    private final Backend.Execution execution;
    private final List<Buffer> owned;
    private final Collection<String> folds;
    private final ProgramPlan plan;

    private Program(Backend.Execution execution, List<Buffer> owned, Collection<String> folds, ProgramPlan plan) {
        this.execution = execution;
        this.owned = owned;
        this.folds = folds;
        this.plan = plan;
    }

    /**
     * Takes memory for a plan and makes it run.
     *
     * @param inputs buffers of the plan's inputs
     * @param outputs buffers of the plan's outputs, of the same lengths
     */
    static Program of(ProgramPlan plan, Backend backend, Map<String, Buffer> inputs, Map<String, Buffer> outputs) {
        List<Buffer> owned = new ArrayList<>();
        Map<Value, Buffer> buffers = new HashMap<>();
        plan.leaves()
                .forEach((value, variable) -> buffers.put(
                        value,
                        value.isConstant() ? backend.constant(plan.shapes(), variable) : inputs.get(variable.name())));
        plan.scalars().forEach((value, number) -> buffers.put(value, backend.scalar(value.type(), number)));
        plan.scalars().keySet().forEach(value -> owned.add(buffers.get(value)));
        plan.outputs().forEach((name, value) -> buffers.put(value, outputs.get(name)));
        var folds = Folds.ofThisJvm().take(plan, backend, buffers, owned);
        buffers.putAll(plan.own().allocate(backend, owned));
        return new Program(backend.compile(plan.each(), buffers), owned, folds, plan);
    }

    /** Multiply-adds of one run, each counted once. */
    public long multiplyAdds() {
        return plan.multiplyAdds();
    }

    /** Bytes of the values that a run computes for itself: activations, tangents and cotangents. */
    public long bytes() {
        return plan.bytes();
    }

    /** Runs the program once. */
    public void run() {
        execution.run();
    }

    @Override
    public void close() {
        execution.close();
        owned.forEach(Buffer::close);
        Folds.ofThisJvm().giveBack(folds);
    }
}
