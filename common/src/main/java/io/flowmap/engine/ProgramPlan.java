package io.flowmap.engine;

import io.flowmap.graph.Region;
import io.flowmap.graph.Shapes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What a program will do and hold, found without taking any memory.
 *
 * @param shapes the graph
 * @param once instructions that depend on constants alone, computed when the program is made
 * @param each instructions of a run
 * @param kept results of the former that the latter read
 * @param leaves variables whose memory others provide: inputs and constants
 * @param lent constants among them that their owner may lend to several programs
 * @param scalars constants that the lowering added
 * @param outputs value that is written into each output's buffer
 * @param own place of everything else
 */
public record ProgramPlan(
        Shapes shapes,
        List<Instruction> once,
        List<Instruction> each,
        Set<Value> kept,
        Map<Value, SDVariable> leaves,
        Set<Value> lent,
        Map<Value, Double> scalars,
        Map<String, Value> outputs,
        Plan own) {

    /**
     * Plans a program.
     *
     * @param inputs names of all placeholders and variables that an output depends on
     * @param outputs shapes of the named variables' buffers
     * @param recomputing whether blocks compute their activations again in the reverse pass ({@link Recomputation})
     * @throws UnsupportedOperationException for an op without a rule; names the op
     * @throws IllegalArgumentException for a leaf without a binding or an output of another shape; names it
     */
    public static ProgramPlan of(
            Backend backend, Shapes shapes, Set<String> inputs, Map<String, long[]> outputs, boolean recomputing) {
        var lowering = new Lowering(shapes, backend, inputs).lower(outputs.keySet());
        List<Instruction> once = new ArrayList<>();
        List<Instruction> each = new ArrayList<>();
        split(Schedule.of(lowering.instructions()), once, each);
        Map<String, Value> written = new LinkedHashMap<>();
        each.addAll(bindOutputs(lowering, outputs, each, written));
        if (recomputing) {
            each = Recomputation.in(each, Set.copyOf(written.values()));
        }
        Set<Value> lent = lowering.leaves().entrySet().stream()
                .filter(leaf -> shapes.isLent(leaf.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        return new ProgramPlan(
                shapes,
                once,
                each,
                kept(once, each),
                lowering.leaves(),
                lent,
                lowering.scalars(),
                written,
                Plan.of(each, Set.copyOf(written.values())));
    }

    /** Plans a program of which only shapes are known: every placeholder is an input. */
    public static ProgramPlan of(Backend backend, Shapes shapes, Collection<String> outputs, boolean recomputing) {
        var inputs = shapes.graph().variables().stream()
                .filter(SDVariable::isPlaceHolder)
                .map(SDVariable::name)
                .collect(Collectors.toSet());
        var wanted = new LinkedHashMap<String, long[]>();
        outputs.forEach(name -> wanted.put(name, shapes.of(shapes.graph().getVariable(name))));
        return of(backend, shapes, inputs, wanted, recomputing);
    }

    /** Takes the memory. See {@link Program#of}. */
    public Program allocate(Backend backend, Map<String, Buffer> inputs, Map<String, Buffer> outputs) {
        return Program.of(this, backend, inputs, outputs);
    }

    /** Multiply-adds of one run, each counted once. */
    public long multiplyAdds() {
        return each.stream().mapToLong(Instruction::multiplyAdds).sum();
    }

    /** Bytes of the values that a run computes for itself. */
    public long bytes() {
        return own.bytes();
    }

    /** Bytes of the values that are computed once and kept. Programs over the same frozen weights share them. */
    public long keptBytes() {
        return kept.stream().mapToLong(Value::bytes).sum();
    }

    /** Bytes of the graph's constants. */
    public long constantBytes() {
        return leaves.keySet().stream()
                .filter(value -> value.isConstant() && !lent.contains(value))
                .mapToLong(Value::bytes)
                .sum();
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
        return root.isConstant() && root.type().isHalf() ? root.length() : halves.getOrDefault(root, 0L);
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

    /**
     * Lets the last writer of each output write directly into the caller's buffer. Where this is not possible, returns a copy.
     *
     * @param written receives the value that is written into each output's buffer
     */
    private static List<Instruction> bindOutputs(
            Lowering lowering, Map<String, long[]> outputs, List<Instruction> each, Map<String, Value> written) {
        Set<Value> computed = each.stream().flatMap(i -> i.outputs().stream()).collect(Collectors.toSet());
        List<Instruction> copies = new ArrayList<>();
        outputs.forEach((name, shape) -> {
            Value value = lowering.value(name);
            if (!Arrays.equals(value.shape(), shape)) {
                throw new IllegalArgumentException("cannot bind output " + name + ": expected shape "
                        + Arrays.toString(value.shape()) + ", got " + Arrays.toString(shape));
            }
            Value root = value.root();
            if (value.isWhole() && computed.contains(root) && !written.containsValue(root)) {
                written.put(name, root);
            } else {
                var copy = Value.of(-1, value.shape(), value.type(), Value.Source.COMPUTED);
                written.put(name, copy);
                copies.add(
                        new Instruction(Instruction.Op.of("assign"), List.of(value), List.of(copy), Region.OUTSIDE, 0));
            }
        });
        return copies;
    }
}
