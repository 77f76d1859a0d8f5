package io.flowmap.engine;

import io.flowmap.file.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Values that programs compute once from lent arrays (frozen weights). The first program that needs a value computes it; all programs of
 * this JVM share it until the last of them is closed. Equal instructions on the same arrays give equal values. The store is static because
 * programs of several tasks share it.
 */
public final class Folds {
    private static final Folds OF_THIS_JVM = new Folds();
    private static final int SMALL = 16;

    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<Buffer, Long> identities = new HashMap<>();
    private long next;
    private long computed;

    private Folds() {}

    public static Folds ofThisJvm() {
        return OF_THIS_JVM;
    }

    private static final class Entry {
        private final Buffer buffer;
        private final Set<Buffer> weights;
        private int users;

        Entry(Buffer buffer, Set<Buffer> weights) {
            this.buffer = buffer;
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
                .mapToLong(entry -> entry.buffer.bytes())
                .sum();
    }

    /**
     * Computes all values that a plan keeps, or takes those that follow from lent arrays alone from another program, which computed them.
     *
     * @param buffers has the buffers of the constants; receives those of the values
     * @param owned receives the buffers that are the program's own
     * @return keys of the shared values; the program gives them back when it is closed
     */
    synchronized Collection<String> take(
            ProgramPlan plan, Backend backend, Map<Value, Buffer> buffers, Collection<Buffer> owned) {
        var keys = keys(plan, buffers);
        var missing = new LinkedHashSet<Value>();
        for (var value : plan.kept()) {
            var entry = entries.get(keys.get(value));
            if (entry != null) {
                buffers.put(value, entry.buffer);
            } else {
                missing.add(value);
                buffers.put(value, backend.allocate(value.type(), value.length()));
            }
        }
        compute(slice(plan.once(), missing), missing, backend, buffers);
        for (var value : missing) {
            if (keys.containsKey(value)) {
                entries.put(keys.get(value), new Entry(buffers.get(value), weights(plan.once(), value, buffers)));
                computed++;
            } else {
                owned.add(buffers.get(value));
            }
        }
        var taken =
                plan.kept().stream().filter(keys::containsKey).map(keys::get).toList();
        taken.forEach(key -> entries.get(key).users++);
        return taken;
    }

    /** Gives values back. A value without any other user is freed. */
    synchronized void giveBack(Collection<String> taken) {
        for (var key : taken) {
            var entry = entries.get(key);
            entry.users--;
            if (entry.users == 0) {
                entries.remove(key);
                entry.buffer.close();
            }
        }
        var used = new HashSet<Buffer>();
        entries.values().forEach(entry -> used.addAll(entry.weights));
        identities.keySet().removeIf(array -> !used.contains(array));
    }

    /** Computes the wanted values. Everything on the way is freed. */
    private static void compute(
            List<Instruction> instructions, Set<Value> wanted, Backend backend, Map<Value, Buffer> buffers) {
        var temporary = new ArrayList<Buffer>();
        var all = new HashMap<>(Plan.of(instructions, wanted).allocate(backend, temporary));
        all.putAll(buffers);
        try (var execution = backend.compile(instructions, all)) {
            execution.run();
        }
        temporary.forEach(Buffer::close);
    }

    /** The lent arrays that a value depends on. */
    private Set<Buffer> weights(List<Instruction> once, Value value, Map<Value, Buffer> buffers) {
        return slice(once, Set.of(value)).stream()
                .flatMap(i -> i.inputs().stream())
                .filter(Value::isConstant)
                .map(input -> buffers.get(input.root()))
                .filter(identities::containsKey)
                .collect(Collectors.toSet());
    }

    /** The instructions that the wanted values depend on, in their order. */
    private static List<Instruction> slice(List<Instruction> once, Set<Value> wanted) {
        var needed = new HashSet<>(wanted);
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

    /** A key for each value that follows from lent arrays and small constants alone. Equal keys mean equal values. */
    private Map<Value, String> keys(ProgramPlan plan, Map<Value, Buffer> buffers) {
        var names = new HashMap<Value, String>();
        var keys = new HashMap<Value, String>();
        for (var instruction : plan.once()) {
            var name = new StringBuilder(instruction.op().toString());
            boolean known = true;
            boolean frozen = false;
            for (var input : instruction.inputs()) {
                var constant = names.computeIfAbsent(input.root(), root -> name(root, plan, buffers));
                known &= constant != null;
                frozen |= constant != null && !constant.startsWith("number");
                name.append(' ').append(constant).append(input.offset()).append(Arrays.toString(input.shape()));
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
    private String name(Value root, ProgramPlan plan, Map<Value, Buffer> buffers) {
        if (!root.isConstant()) {
            return null;
        }
        Buffer buffer = buffers.get(root);
        if (plan.lent().contains(root)) {
            return "array" + identities.computeIfAbsent(buffer, b -> next++) + "of" + root.type();
        }
        return root.length() <= SMALL ? "number" + root.type() + Arrays.toString(buffer.values()) : null;
    }
}
