package io.flowmap.graph;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.ops.BaseReduceOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.ScalarOp;

/** One op of a graph as the rules see it: its inputs {@code x}, its first output {@code y} and its arguments. */
public record Node(Shapes shapes, DifferentialFunction function, SDVariable[] x, SDVariable y) {

    public static Node of(Shapes shapes, SameDiffOp op) {
        SameDiff graph = shapes.graph();
        List<String> names = op.getInputsToOp() == null ? List.of() : op.getInputsToOp();
        var inputs = names.stream().map(graph::getVariable).toArray(SDVariable[]::new);
        return new Node(
                shapes,
                op.getOp(),
                inputs,
                graph.getVariable(op.getOutputsOfOp().get(0)));
    }

    public String name() {
        return function.opName();
    }

    SameDiff graph() {
        return shapes.graph();
    }

    /** Shape of an input. */
    public long[] shape(int input) {
        return shapes.of(x[input]);
    }

    /** Integer arguments: sizes, axes, strides; the dimensions of a reduction. */
    public long[] integers() {
        if (function instanceof DynamicCustomOp custom) {
            return custom.iArgs();
        }
        return function instanceof BaseReduceOp
                ? Arrays.stream(dimensions()).asLongStream().toArray()
                : new long[0];
    }

    /** Real arguments. */
    public double[] reals() {
        if (function instanceof DynamicCustomOp custom) {
            return custom.tArgs();
        }
        return function instanceof ScalarOp ? new double[] {scalar()} : new double[0];
    }

    /** Boolean arguments. */
    public boolean[] flags() {
        if (function instanceof DynamicCustomOp custom) {
            return custom.bArgs();
        }
        return function instanceof BaseReduceOp ? new boolean[] {keepDims()} : new boolean[0];
    }

    /** Shapes of all results. */
    public List<long[]> outputShapes() {
        return graph().getOps().get(function.getOwnName()).getOutputsOfOp().stream()
                .map(name -> shapes.of(graph().getVariable(name)))
                .toList();
    }

    /** Products that one evaluation sums. */
    public long multiplyAdds() {
        return RuleTable.of(this).multiplyAdds(this);
    }

    public double scalar() {
        return ((ScalarOp) function).scalar().getDouble(0);
    }

    public boolean keepDims() {
        return ((BaseReduceOp) function).isKeepDims();
    }

    /** The reduced dimensions, counted from the front; all dimensions if the op names none. */
    public int[] dimensions() {
        int rank = shape(0).length;
        int[] given = ((BaseReduceOp) function).getDimensions();
        boolean all = given == null || given.length == 0 || given.length == 1 && given[0] == Integer.MAX_VALUE;
        int[] result = all ? IntStream.range(0, rank).toArray() : given.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] = Math.floorMod(result[i], rank);
        }
        Arrays.sort(result);
        return result;
    }
}
