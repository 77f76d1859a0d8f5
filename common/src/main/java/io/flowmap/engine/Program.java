package io.flowmap.engine;

import io.flowmap.graph.Shapes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A graph compiled into a static plan. Every native op has its context and buffers from the start, everything that depends on constants
 * alone is computed once, and a run replays the list. The caller binds and owns the arrays of inputs, parameters and outputs: write the
 * inputs, call {@link #run()}, read the outputs. Not thread-safe.
 */
public final class Program implements AutoCloseable {
    private final List<Kernel> kernels;
    private final List<INDArray> buffers;
    private final Collection<String> folds;
    private final long multiplyAdds;

    private Program(List<Kernel> kernels, List<INDArray> buffers, Collection<String> folds, long multiplyAdds) {
        this.kernels = kernels;
        this.buffers = buffers;
        this.folds = folds;
        this.multiplyAdds = multiplyAdds;
    }

    /**
     * Compiles a graph.
     *
     * @param inputs arrays of every placeholder and variable that an output depends on, read on each run
     * @param outputs arrays that receive the named variables, of the same shapes, contiguous in C order
     * @throws UnsupportedOperationException for an op without a rule; names the op
     * @throws IllegalArgumentException for a leaf without a binding or an output of another shape; names it
     */
    public static Program compile(Shapes shapes, Map<String, INDArray> inputs, Map<String, INDArray> outputs) {
        var lowering = new Lowering(shapes, inputs);
        lowering.lower(outputs.keySet());
        List<Instruction> once = new ArrayList<>();
        List<Instruction> each = new ArrayList<>();
        split(lowering.instructions(), once, each);
        List<Instruction> copies = bindOutputs(lowering, outputs, each);
        each.addAll(copies);
        Set<Value> kept = kept(once, each);
        Map<Value, String> shared = Folds.ofThisJvm().take(once, kept, shapes::isLent);
        List<INDArray> buffers = new ArrayList<>(evaluate(Folds.slice(once, kept), kept));
        Folds.ofThisJvm().bind(shared);
        buffers.addAll(Plan.assign(each, Set.of()));
        buffers.addAll(lowering.constants());
        return new Program(each.stream().map(Kernel::of).toList(), buffers, shared.values(), MultiplyAdds.of(each));
    }

    /**
     * Splits the instructions into those that depend on constants alone ({@code once}) and the rest ({@code each}). Exception: a value that
     * follows from a half-precision array and is at least as long is recomputed in each run, because keeping it would hold a copy of the
     * weights in twice their size. It is also computed once for the values that follow from it.
     */
    private static void split(List<Instruction> all, List<Instruction> once, List<Instruction> each) {
        Map<Value, Long> halves = new HashMap<>();
        Set<Value> fixed = new LinkedHashSet<>();
        for (Instruction instruction : all) {
            if (instruction.inputs().stream().allMatch(v -> v.isConstant() || fixed.contains(v.root()))) {
                fixed.addAll(instruction.outputs());
                long half = instruction.inputs().stream()
                        .mapToLong(v -> halfLength(v.root(), halves))
                        .max()
                        .orElse(0);
                instruction.outputs().forEach(v -> halves.put(v, half));
            }
        }
        Set<Instruction> folded = Collections.newSetFromMap(new IdentityHashMap<>());
        all.stream().filter(i -> fixed.containsAll(i.outputs())).forEach(folded::add);
        Set<Value> read = new HashSet<>();
        for (int i = all.size() - 1; i >= 0; i--) { // readers come after the values that they read
            Instruction instruction = all.get(i);
            boolean large = instruction.outputs().stream()
                    .anyMatch(v -> read.contains(v) && halves.getOrDefault(v, 0L) > 0 && v.length() >= halves.get(v));
            if (large) {
                folded.remove(instruction);
            }
            if (!folded.contains(instruction)) {
                instruction.inputs().forEach(v -> read.add(v.root()));
            }
        }
        all.stream().filter(i -> fixed.containsAll(i.outputs())).forEach(once::add);
        all.stream().filter(i -> !folded.contains(i)).forEach(each::add);
    }

    private static long halfLength(Value root, Map<Value, Long> halves) {
        boolean half = root.isConstant() && (root.type() == DataType.FLOAT16 || root.type() == DataType.BFLOAT16);
        return half ? root.length() : halves.getOrDefault(root, 0L);
    }

    /** Results of the constant part that the rest reads and does not recompute. */
    private static Set<Value> kept(List<Instruction> once, List<Instruction> each) {
        Set<Value> read =
                each.stream().flatMap(i -> i.inputs().stream()).map(Value::root).collect(Collectors.toSet());
        each.forEach(i -> i.outputs().forEach(read::remove));
        return once.stream()
                .flatMap(i -> i.outputs().stream())
                .filter(read::contains)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Lets the last writer of each output write directly into the caller's array. Where this is not possible, appends a copy. */
    private static List<Instruction> bindOutputs(
            Lowering lowering, Map<String, INDArray> outputs, List<Instruction> each) {
        Set<Value> written = each.stream().flatMap(i -> i.outputs().stream()).collect(Collectors.toSet());
        List<Instruction> copies = new ArrayList<>();
        outputs.forEach((name, array) -> {
            Value value = lowering.value(name);
            if (!Arrays.equals(value.shape(), array.shape())) {
                throw new IllegalArgumentException("cannot bind output " + name + ": expected shape "
                        + java.util.Arrays.toString(value.shape()) + ", got " + array.shapeInfoToString());
            }
            Value root = value.root();
            if (written.contains(root) && !root.isBound()) {
                root.bind(array.reshape('c', root.shape()));
            } else {
                var target = new Value(-1, value.shape(), value.type(), null);
                target.bind(array);
                copies.add(Instruction.of("assign", List.of(value, value), target));
            }
        });
        return copies;
    }

    /** Runs the constant part. Its results are constants for the rest. */
    private static List<INDArray> evaluate(List<Instruction> once, Set<Value> kept) {
        Set<Value> bound = Folds.bound(once);
        bound.addAll(kept);
        List<INDArray> buffers = Plan.assign(once, kept);
        Folds.run(once);
        Folds.unbind(once, bound);
        return buffers;
    }

    /** Multiply-adds of one run, each counted once. */
    public long multiplyAdds() {
        return multiplyAdds;
    }

    /** Runs the plan once. */
    public void run() {
        for (Kernel kernel : kernels) {
            kernel.run();
        }
    }

    @Override
    public void close() {
        kernels.forEach(Kernel::close);
        buffers.forEach(INDArray::close);
        Folds.ofThisJvm().giveBack(folds);
    }
}
