package io.flowmap.engine;

import io.flowmap.graph.Region;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Activation checkpointing ("Training Deep Nets with Sublinear Memory Cost", Chen et al. 2016): what a block computes for itself alone is
 * not kept for its cotangents but computed again when they need it, so that only the outputs of blocks live from the forward to the
 * reverse pass. The repeated instructions are the same, and so are the bits.
 */
final class Recomputation {
    private final Map<Value, Instruction> producers = new HashMap<>();
    private final Set<Value> kept;
    private final List<Instruction> result = new ArrayList<>();
    private final Map<Value, Value> again = new HashMap<>();
    private int block = -1;
    private int ids;

    private Recomputation(List<Instruction> instructions, Set<Value> outputs) {
        kept = new HashSet<>(outputs);
        for (var instruction : instructions) {
            instruction.outputs().forEach(value -> producers.put(value, instruction));
        }
        for (var instruction : instructions) {
            instruction.inputs().stream()
                    .map(Value::root)
                    .filter(value -> producers.containsKey(value)
                            && !instruction
                                    .region()
                                    .isOfBlock(producers.get(value).region()))
                    .forEach(kept::add);
        }
        ids = instructions.stream()
                .flatMap(i -> i.outputs().stream())
                .mapToInt(Value::id)
                .max()
                .orElse(0);
    }

    /**
     * Inserts the repetitions.
     *
     * @param outputs roots of the values that the caller reads
     */
    static List<Instruction> in(List<Instruction> instructions, Set<Value> outputs) {
        var pass = new Recomputation(instructions, outputs);
        instructions.forEach(pass::visit);
        return pass.result;
    }

    private void visit(Instruction instruction) {
        if (!isReverse(instruction)) {
            result.add(instruction);
            return;
        }
        if (instruction.region().block() != block) {
            block = instruction.region().block();
            again.clear();
        }
        result.add(new Instruction(
                instruction.op(),
                instruction.inputs().stream().map(this::recomputed).toList(),
                instruction.outputs(),
                instruction.region(),
                instruction.multiplyAdds()));
    }

    private static boolean isReverse(Instruction instruction) {
        return instruction.region().pass() == Region.Pass.REVERSE;
    }

    /** The value itself, or the same computed once more if nobody keeps it. */
    private Value recomputed(Value value) {
        Value root = value.root();
        Instruction producer = producers.get(root);
        if (kept.contains(root) || producer == null || isReverse(producer)) {
            return value;
        }
        Value repeated = again.get(root);
        if (repeated == null) {
            repeat(producer);
            repeated = again.get(root);
        }
        return value == root ? repeated : Value.view(++ids, repeated, value.offset(), value.shape());
    }

    private void repeat(Instruction producer) {
        List<Value> inputs = producer.inputs().stream().map(this::recomputed).toList();
        List<Value> outputs = producer.outputs().stream()
                .map(v -> Value.of(++ids, v.shape(), v.type(), Value.Source.COMPUTED))
                .toList();
        for (int i = 0; i < outputs.size(); i++) {
            again.put(producer.outputs().get(i), outputs.get(i));
        }
        result.add(new Instruction(producer.op(), inputs, outputs, producer.region(), producer.multiplyAdds()));
    }
}
