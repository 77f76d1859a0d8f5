package io.flowmap.engine;

import io.flowmap.graph.Region;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Order of execution. A graph has all values of a network before the first tangent. Here each tangent follows the values that it depends
 * on, so that these need not live until the whole network has been evaluated.
 */
final class Schedule {
    private Schedule() {}

    /** The same instructions, each after those that it reads. */
    static List<Instruction> of(List<Instruction> instructions) {
        Map<Value, Integer> places = new HashMap<>();
        int[] place = new int[instructions.size()];
        for (int i = 0; i < place.length; i++) {
            var instruction = instructions.get(i);
            boolean early = instruction.region().pass() == Region.Pass.TANGENT;
            place[i] = early ? latest(instruction, places) : i;
            for (var output : instruction.outputs()) {
                places.put(output, place[i]);
            }
        }
        return IntStream.range(0, place.length)
                .boxed()
                .sorted(Comparator.comparingInt(i -> place[i])) // stable
                .map(instructions::get)
                .toList();
    }

    /** Place of the last instruction whose result is read. */
    private static int latest(Instruction instruction, Map<Value, Integer> places) {
        return instruction.inputs().stream()
                .mapToInt(value -> places.getOrDefault(value.root(), 0))
                .max()
                .orElse(0);
    }
}
