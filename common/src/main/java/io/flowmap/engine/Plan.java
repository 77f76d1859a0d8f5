package io.flowmap.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
        var planner = new Planner(instructions, bound);
        for (int i = 0; i < instructions.size(); i++) {
            planner.place(i);
        }
        return new Plan(List.copyOf(planner.slots), planner.places);
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

    private static final class Planner {
        private final List<Instruction> instructions;
        private final Set<Value> bound;
        private final Map<Value, Integer> lastUse = new HashMap<>();
        private final Map<Value, Integer> places = new HashMap<>();
        private final Map<Type, List<Integer>> free = new HashMap<>();
        private final List<Slot> slots = new ArrayList<>();

        Planner(List<Instruction> instructions, Set<Value> bound) {
            this.instructions = instructions;
            this.bound = bound;
            for (int i = 0; i < instructions.size(); i++) {
                int at = i;
                instructions.get(i).outputs().forEach(v -> lastUse.put(v.root(), at));
                instructions.get(i).inputs().forEach(v -> lastUse.put(v.root(), at));
            }
        }

        void place(int i) {
            Instruction instruction = instructions.get(i);
            List<Value> dying = instruction.inputs().stream()
                    .map(Value::root)
                    .distinct()
                    .filter(v -> dies(v, i))
                    .toList();
            Value overwritten = overwritten(instruction, dying);
            if (overwritten != null) {
                release(overwritten);
            }
            instruction.outputs().stream().filter(v -> !bound.contains(v)).forEach(this::take);
            dying.stream().filter(v -> v != overwritten).forEach(this::release);
            instruction.outputs().stream().filter(v -> dies(v, i)).forEach(this::release);
        }

        private boolean dies(Value root, int i) {
            return lastUse.get(root) == i && places.containsKey(root);
        }

        /** The input over which an elementwise instruction may write. */
        private static Value overwritten(Instruction instruction, List<Value> dying) {
            if (!instruction.mayRunInPlace()) {
                return null;
            }
            long[] shape = instruction.outputs().get(0).shape();
            return instruction.inputs().stream()
                    .filter(v -> dying.contains(v.root()) && Arrays.equals(v.shape(), shape))
                    .map(Value::root)
                    .findFirst()
                    .orElse(null);
        }

        private void release(Value root) {
            free.computeIfAbsent(root.type(), t -> new ArrayList<>()).add(places.get(root));
        }

        /**
         * Takes the smallest free slot that is large enough; among equals the last one released, which may still be in the cache. If none
         * is large enough, the largest grows.
         */
        private void take(Value value) {
            List<Integer> candidates = free.computeIfAbsent(value.type(), t -> new ArrayList<>());
            long length = Math.max(1, value.length());
            Integer best = null;
            for (int i = candidates.size() - 1; i >= 0; i--) {
                Integer candidate = candidates.get(i);
                if (best == null
                        || fitsBetter(
                                slots.get(candidate).length(), slots.get(best).length(), length)) {
                    best = candidate;
                }
            }
            if (best == null) {
                best = slots.size();
                slots.add(new Slot(value.type(), length));
            } else {
                candidates.remove(best);
                slots.set(
                        best,
                        new Slot(value.type(), Math.max(length, slots.get(best).length())));
            }
            places.put(value, best);
        }

        private static boolean fitsBetter(long candidate, long best, long length) {
            return candidate >= length ? best < length || candidate < best : best < length && candidate > best;
        }
    }
}
