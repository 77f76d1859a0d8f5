package io.flowmap.engine;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The order of a program's instructions. Tangents are emitted after the whole forward pass that they need; in that order the activations of
 * all blocks would be alive at once. Here a block's tangents follow its values, as if values and tangents were computed as pairs.
 */
final class Schedule {
    private final Map<Value, Integer> stages = new HashMap<>();
    private final Map<Integer, Integer> blocks = new HashMap<>();

    private Schedule() {}

    /** The same instructions, block by block up to the first reverse pass. Each comes after those that it reads. */
    static List<Instruction> byBlock(List<Instruction> instructions) {
        var schedule = new Schedule();
        int[] stages = new int[instructions.size()];
        for (int i = 0; i < stages.length; i++) {
            stages[i] = schedule.stage(instructions.get(i), i, stages.length);
        }
        return IntStream.range(0, stages.length)
                .boxed()
                .sorted(Comparator.comparingInt(i -> stages[i])) // stable: equal stages keep their order
                .map(instructions::get)
                .toList();
    }

    /** Where the instruction's block begins, or what it reads if that is later; after all blocks for cotangents. */
    private int stage(Instruction instruction, int at, int end) {
        var region = instruction.region();
        int stage = region == null ? 0 : region.reverse() ? end : blocks.computeIfAbsent(region.block(), block -> at);
        for (var input : instruction.inputs()) {
            stage = Math.max(stage, stages.getOrDefault(input.root(), 0));
        }
        for (var output : instruction.outputs()) {
            stages.put(output, stage);
        }
        return stage;
    }
}
