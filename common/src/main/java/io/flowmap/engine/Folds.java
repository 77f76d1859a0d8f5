package io.flowmap.engine;

import io.flowmap.file.Sha256;
import java.nio.charset.StandardCharsets;
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
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Values that programs compute once from lent arrays (frozen weights). The first program that needs a value computes it; all programs of
 * this JVM share it until the last of them is closed. Equal instructions on the same arrays give equal values. The store is static because
 * programs of several tasks share it.
 */
public final class Folds {
    private static final Folds OF_THIS_JVM = new Folds();
    private static final int SMALL = 16;

    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<INDArray, Long> identities = new IdentityHashMap<>();
    private long next;
    private long computed;

    private Folds() {}

    public static Folds ofThisJvm() {
        return OF_THIS_JVM;
    }

    private static final class Entry {
        private final INDArray array;
        private final Set<INDArray> weights;
        private int users;

        Entry(INDArray array, Set<INDArray> weights) {
            this.array = array;
            this.weights = weights;
        }
    }

    /** Number of values computed so far. */
    public synchronized long computed() {
        return computed;
    }

    /** Bytes of the values currently held. */
    public synchronized long bytes() {
        return entries.values().stream()
                .mapToLong(
                        entry -> entry.array.length() * entry.array.dataType().width())
                .sum();
    }

    /**
     * Moves the values that follow from lent arrays alone out of {@code kept}, and computes those that no other program has computed.
     *
     * @return key of each value taken; the program gives the keys back when it is closed
     */
    synchronized Map<Value, String> take(List<Instruction> once, Set<Value> kept, Predicate<INDArray> lent) {
        var taken = new LinkedHashMap<Value, String>();
        var keys = keys(once, lent);
        kept.stream().filter(keys::containsKey).forEach(value -> taken.put(value, keys.get(value)));
        kept.removeAll(taken.keySet());
        var missing = new LinkedHashSet<>(taken.keySet());
        missing.removeIf(value -> entries.containsKey(keys.get(value)));
        compute(slice(once, missing), missing, keys);
        taken.values().forEach(key -> entries.get(key).users++);
        return taken;
    }

    /** Binds the values taken to their shared arrays. */
    synchronized void bind(Map<Value, String> taken) {
        taken.forEach((value, key) -> value.bind(entries.get(key).array));
    }

    /** Gives values back. A value without any other user is freed. */
    synchronized void giveBack(Collection<String> taken) {
        for (var key : taken) {
            var entry = entries.get(key);
            entry.users--;
            if (entry.users == 0) {
                entries.remove(key);
                entry.array.close();
            }
        }
        Set<INDArray> used = identitySet();
        entries.values().forEach(entry -> used.addAll(entry.weights));
        identities.keySet().removeIf(array -> !used.contains(array));
    }

    private void compute(List<Instruction> instructions, Set<Value> wanted, Map<Value, String> keys) {
        Set<Value> bound = bound(instructions);
        List<INDArray> buffers = Plan.assign(instructions, wanted);
        run(instructions);
        for (var value : wanted) {
            INDArray own = Nd4j.createUninitializedDetached(value.type(), value.shape());
            own.assign(value.array());
            entries.put(keys.get(value), new Entry(own, weights(instructions, value)));
            computed++;
        }
        unbind(instructions, bound);
        buffers.forEach(INDArray::close);
    }

    /** The lent arrays that a value depends on. */
    private Set<INDArray> weights(List<Instruction> instructions, Value value) {
        Set<INDArray> weights = identitySet();
        slice(instructions, Set.of(value)).stream()
                .flatMap(i -> i.inputs().stream())
                .filter(Value::isConstant)
                .map(input -> input.root().array())
                .filter(identities::containsKey)
                .forEach(weights::add);
        return weights;
    }

    private static Set<INDArray> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** The instructions' outputs that are already bound to arrays. */
    static Set<Value> bound(List<Instruction> instructions) {
        return instructions.stream()
                .flatMap(i -> i.outputs().stream())
                .filter(Value::isBound)
                .collect(Collectors.toCollection(HashSet::new));
    }

    /**
     * Unbinds the outputs of the instructions, except some values, and all views among their inputs. Views are recreated when they are
     * needed again.
     */
    static void unbind(List<Instruction> instructions, Set<Value> but) {
        for (Instruction instruction : instructions) {
            instruction.outputs().stream().filter(value -> !but.contains(value)).forEach(value -> value.bind(null));
            instruction.inputs().stream().filter(value -> value.root() != value).forEach(value -> value.bind(null));
        }
    }

    static void run(List<Instruction> instructions) {
        for (Instruction instruction : instructions) {
            try (Kernel kernel = Kernel.of(instruction)) {
                kernel.run();
            }
        }
    }

    /** The instructions that the wanted values depend on, in their order. */
    static List<Instruction> slice(List<Instruction> once, Set<Value> wanted) {
        var needed = new HashSet<Value>();
        wanted.forEach(value -> needed.add(value.root()));
        var slice = new ArrayList<Instruction>();
        for (int i = once.size() - 1; i >= 0; i--) {
            var instruction = once.get(i);
            if (instruction.outputs().stream().anyMatch(needed::contains)) {
                slice.add(0, instruction);
                instruction.inputs().forEach(value -> needed.add(value.root()));
            }
        }
        return slice;
    }

    /** A key for each computed value that follows from lent arrays and small constants alone. Equal keys mean equal values. */
    private Map<Value, String> keys(List<Instruction> once, Predicate<INDArray> lent) {
        var names = new HashMap<Value, String>();
        var keys = new HashMap<Value, String>();
        for (var instruction : once) {
            var name = new StringBuilder(instruction.op())
                    .append(Arrays.toString(instruction.integers()))
                    .append(Arrays.toString(instruction.reals()))
                    .append(Arrays.toString(instruction.flags()));
            boolean known = true;
            boolean frozen = false;
            for (var input : instruction.inputs()) {
                var root = input.root();
                var constant = names.computeIfAbsent(root, value -> name(value, lent));
                known &= constant != null;
                frozen |= constant != null && !constant.startsWith("number");
                name.append(' ').append(constant).append(Arrays.toString(input.shape()));
            }
            if (!known || !frozen) {
                continue;
            }
            for (int i = 0; i < instruction.outputs().size(); i++) {
                var output = instruction.outputs().get(i);
                var text = name + " " + i + output.type() + Arrays.toString(output.shape());
                names.put(output, Sha256.of(text.getBytes(StandardCharsets.UTF_8)));
                keys.put(output, names.get(output));
            }
        }
        return keys;
    }

    /** Key of a constant: identity for a lent array, content for a small array. Null for any other value. */
    private String name(Value value, Predicate<INDArray> lent) {
        if (!value.isConstant()) {
            return null;
        }
        INDArray array = value.array();
        if (lent.test(array)) {
            return "array" + identities.computeIfAbsent(array, a -> next++) + "of" + array.dataType();
        }
        return array.length() <= SMALL
                ? "number" + array.dataType() + Arrays.toString(array.data().asDouble())
                : null;
    }
}
