package io.flowmap.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Assigns buffers to a list of instructions. A buffer is reused as soon as its last reader has run. */
final class Plan {
    private final List<Instruction> instructions;
    private final Map<Value, Integer> lastUse = new HashMap<>();
    private final Map<DataType, List<INDArray>> free = new HashMap<>();
    private final Map<Value, INDArray> buffers = new HashMap<>();
    private final List<INDArray> owned = new ArrayList<>();

    private Plan(List<Instruction> instructions) {
        this.instructions = instructions;
    }

    /** Binds every unbound output. Values in {@code kept} keep their buffer to the end. Returns the allocated buffers. */
    static List<INDArray> assign(List<Instruction> instructions, Set<Value> kept) {
        var plan = new Plan(instructions);
        plan.findLastUses(kept);
        for (int i = 0; i < instructions.size(); i++) {
            plan.assign(i);
        }
        return plan.owned;
    }

    private void findLastUses(Set<Value> kept) {
        for (int i = 0; i < instructions.size(); i++) {
            int at = i;
            instructions.get(i).outputs().forEach(v -> lastUse.put(v.root(), at));
            instructions.get(i).inputs().forEach(v -> lastUse.put(v.root(), at));
        }
        kept.forEach(v -> lastUse.put(v.root(), Integer.MAX_VALUE));
    }

    private void assign(int i) {
        Instruction instruction = instructions.get(i);
        if (instruction.mayRunInPlace()) {
            instruction.inputs().stream()
                    .filter(v -> dies(v, i)
                            && Arrays.equals(
                                    v.shape(), instruction.outputs().get(0).shape()))
                    .findFirst()
                    .ifPresent(this::release);
        }
        instruction.outputs().stream().filter(v -> !v.isBound()).forEach(this::take);
        instruction.inputs().stream().filter(v -> dies(v, i)).forEach(this::release);
        instruction.outputs().stream().filter(v -> dies(v, i)).forEach(this::release);
    }

    private boolean dies(Value value, int i) {
        return lastUse.get(value.root()) == i && buffers.containsKey(value.root());
    }

    private void release(Value value) {
        free.computeIfAbsent(value.type(), t -> new ArrayList<>()).add(buffers.remove(value.root()));
    }

    /**
     * Takes the smallest free buffer that is large enough. Among equals it takes the last one released, which may still be in the cache.
     */
    private void take(Value value) {
        List<INDArray> candidates = free.computeIfAbsent(value.type(), t -> new ArrayList<>());
        INDArray best = null;
        for (int i = candidates.size() - 1; i >= 0; i--) {
            INDArray candidate = candidates.get(i);
            if (candidate.length() >= value.length() && (best == null || candidate.length() < best.length())) {
                best = candidate;
            }
        }
        if (best == null) {
            best = Nd4j.createUninitializedDetached(value.type(), Math.max(1, value.length()));
            owned.add(best);
        } else {
            INDArray taken = best;
            candidates.removeIf(c -> c == taken);
        }
        buffers.put(value, best);
        value.bind(best.get(NDArrayIndex.interval(0, value.length())).reshape('c', value.shape()));
    }
}
