package io.flowmap.autodiff;

import java.util.Arrays;
import java.util.List;

/** Multiply-adds of a program's convolutions and matrix products; all else is of lower order. */
final class MultiplyAdds {
    private MultiplyAdds() {}

    static long of(List<Instruction> instructions) {
        return instructions.stream().mapToLong(MultiplyAdds::of).sum();
    }

    private static long of(Instruction instruction) {
        return switch (instruction.op()) {
            case "conv2d" -> output(instruction)
                    * window(instruction.inputs().get(1).shape());
            case "matmul" -> output(instruction) * inner(instruction);
            default -> 0;
        };
    }

    private static long output(Instruction instruction) {
        return instruction.outputs().get(0).length();
    }

    /** Of weights [kH,kW,in,out]. */
    private static long window(long[] weights) {
        return Arrays.stream(weights, 0, 3).reduce(1, (a, b) -> a * b);
    }

    /** Length of the sums of a product of the last two dimensions, the left one transposed where the first integer says so. */
    private static long inner(Instruction instruction) {
        var left = instruction.inputs().get(0).shape();
        boolean transposed = instruction.integers().length > 0 && instruction.integers()[0] == 1;
        return left[left.length - (transposed ? 2 : 1)];
    }
}
