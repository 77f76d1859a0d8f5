package io.flowmap.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where the computed values of some instructions live: each value in a slot, which is free for others as soon as the last reader has run.
 * Planning takes no memory.
 *
 * @param slots sizes
 * @param places slot of each value
 */
record Plan(List<Slot> slots, Map<Value, Integer> places) {
    /** Memory for {@code length} elements of a type. */
    record Slot(Type type, long length) {
        long bytes() {
            return length * type.bytes();
        }
    }

    /** Plans all outputs except those that are {@code bound} to buffers already. */
    static Plan of(List<Instruction> instructions, Set<Value> bound) {
        return new Planner(instructions, bound).plan();
    }

    /** Bytes of all slots. */
    long bytes() {
        return slots.stream().mapToLong(Slot::bytes).sum();
    }

    /** A buffer for each value. Adds the new buffers to {@code owned}. */
    Map<Value, Buffer> allocate(Backend backend, Collection<Buffer> owned) {
        var buffers = slots.stream()
                .map(slot -> backend.allocate(slot.type(), slot.length()))
                .toList();
        owned.addAll(buffers);
        var placed = new HashMap<Value, Buffer>();
        places.forEach((value, slot) -> placed.put(value, buffers.get(slot)));
        return placed;
    }

    /** Values that are written one over the other: an interval of instructions for which a slot has a tenant. */
    private static final class Tenant {
        private final List<Value> values = new ArrayList<>();
        private final int from;
        private int to;

        Tenant(int from) {
            this.from = from;
        }

        void add(Value value, int last) {
            values.add(value);
            to = last;
        }

        Type type() {
            return values.get(0).type();
        }

        long length() {
            return Math.max(1, values.get(0).length());
        }
    }

    /** Assigns the largest values first, so that smaller ones fit into what these leave free (Pisarchyk and Lee 2020, greedy by size). */
    private static final class Planner {
        private final Map<Value, Integer> lastUse = new HashMap<>();
        private final Map<Value, Tenant> tenants = new LinkedHashMap<>();
        private final Map<Value, Integer> places = new HashMap<>();
        private final List<Slot> slots = new ArrayList<>();
        private final List<TreeMap<Integer, Tenant>> taken = new ArrayList<>();

        Planner(List<Instruction> instructions, Set<Value> bound) {
            for (int i = 0; i < instructions.size(); i++) {
                int at = i;
                instructions.get(i).outputs().forEach(v -> lastUse.put(v.root(), at));
                instructions.get(i).inputs().forEach(v -> lastUse.put(v.root(), at));
            }
            for (int i = 0; i < instructions.size(); i++) {
                for (Value output : instructions.get(i).outputs()) {
                    if (!bound.contains(output)) {
                        settle(output, instructions.get(i), i);
                    }
                }
            }
        }

        private void settle(Value output, Instruction instruction, int i) {
            Value overwritten = overwritten(instruction, i);
            Tenant tenant = overwritten == null ? new Tenant(i) : tenants.get(overwritten);
            tenant.add(output, lastUse.get(output));
            tenants.put(output, tenant);
        }

        /** The input over which an elementwise instruction may write: whole, in the output's shape, and not read as another view as well. */
        private Value overwritten(Instruction instruction, int i) {
            if (!instruction.mayRunInPlace()) {
                return null;
            }
            Value output = instruction.outputs().get(0);
            return instruction.inputs().stream()
                    .map(Value::root)
                    .filter(root -> lastUse.get(root) == i && tenants.containsKey(root) && root.type() == output.type())
                    .filter(root -> instruction.inputs().stream()
                            .filter(v -> v.root() == root)
                            .allMatch(v -> v.isWhole() && Arrays.equals(v.shape(), output.shape())))
                    .findFirst()
                    .orElse(null);
        }

        Plan plan() {
            tenants.values().stream()
                    .distinct()
                    .sorted(Comparator.comparingLong(Tenant::length)
                            .reversed()) // stable: equal lengths in order of time
                    .forEach(this::place);
            return new Plan(List.copyOf(slots), places);
        }

        /** The smallest free slot; among equals the one whose last tenant left last, which may still be in the cache. */
        private void place(Tenant tenant) {
            int best = -1;
            int left = -1;
            for (int slot = 0; slot < slots.size(); slot++) {
                var before = taken.get(slot).floorEntry(tenant.to);
                int since = before == null ? 0 : before.getValue().to;
                if (slots.get(slot).type() != tenant.type() || before != null && since >= tenant.from) {
                    continue;
                }
                long saved = best < 0
                        ? 1
                        : slots.get(best).length() - slots.get(slot).length();
                if (saved > 0 || saved == 0 && since > left) {
                    best = slot;
                    left = since;
                }
            }
            if (best < 0) {
                best = slots.size();
                slots.add(new Slot(tenant.type(), tenant.length()));
                taken.add(new TreeMap<>());
            }
            taken.get(best).put(tenant.from, tenant);
            for (Value value : tenant.values) {
                places.put(value, best);
            }
        }
    }
}
