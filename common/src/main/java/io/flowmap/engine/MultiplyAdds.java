package io.flowmap.engine;

import io.flowmap.graph.Shapes;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Counts the multiply-adds of a graph's convolutions and matrix products; all other ops are of lower order. One multiply-add counts as one,
 * as in EDM2, which publishes the number as "Gflops". Products with padding are counted too.
 */
public final class MultiplyAdds {
    /** Positions of a convolution's integer arguments. */
    private static final int KERNEL_HEIGHT = 0;

    private static final int KERNEL_WIDTH = 1;
    private static final int NHWC = 9;

    private MultiplyAdds() {}

    /** Multiply-adds of one evaluation of the named variables. Only shapes are used; placeholders need no arrays. */
    public static long of(Shapes shapes, Collection<String> outputs) {
        var bindings = shapes.graph().variables().stream()
                .filter(variable -> variable.isPlaceHolder())
                .collect(
                        Collectors.toMap(variable -> variable.name(), variable -> Nd4j.scalar(variable.dataType(), 0)));
        var lowering = new Lowering(shapes, bindings);
        lowering.lower(Set.copyOf(outputs));
        long count = of(lowering.instructions());
        lowering.constants().forEach(INDArray::close);
        return count;
    }

    static long of(List<Instruction> instructions) {
        return instructions.stream().mapToLong(MultiplyAdds::of).sum();
    }

    private static long of(Instruction instruction) {
        var inputs = instruction.inputs();
        return switch (instruction.op()) {
            case "conv2d" -> instruction.outputs().get(0).length() * window(instruction);
                // one count for the cotangent of the input, one for that of the weights
            case "conv2d_bp" -> 2 * inputs.get(inputs.size() - 1).length() * window(instruction);
            case "matmul" -> instruction.outputs().get(0).length() * inner(instruction);
            default -> 0;
        };
    }

    /** Products summed into one output: kernel size times input channels, for any layout of the weights. */
    private static long window(Instruction convolution) {
        long[] integers = convolution.integers();
        long[] input = convolution.inputs().get(0).shape();
        return integers[KERNEL_HEIGHT] * integers[KERNEL_WIDTH] * input[integers[NHWC] == 1 ? 3 : 1];
    }

    /** Inner dimension of a matrix product. The left operand is transposed if the first integer argument is set. */
    private static long inner(Instruction instruction) {
        var left = instruction.inputs().get(0).shape();
        boolean transposed = instruction.integers().length > 0 && instruction.integers()[0] == 1;
        return left[left.length - (transposed ? 2 : 1)];
    }
}
