package io.flowmap.engine;

import io.flowmap.graph.Node;
import io.flowmap.graph.Region;
import io.flowmap.graph.RuleTable;
import java.util.Arrays;
import java.util.List;

/**
 * One op of a program on values. Names and arguments are those of SameDiff's ops.
 *
 * @param region block of the network and pass that it belongs to
 * @param multiplyAdds products summed in one run
 */
public record Instruction(Op op, List<Value> inputs, List<Value> outputs, Region region, long multiplyAdds) {

    /**
     * Name and arguments of an op.
     *
     * @param integers shapes, axes, strides
     * @param reals numbers
     * @param flags booleans
     */
    public record Op(String name, long[] integers, double[] reals, boolean[] flags) {
        private static final long[] NO_INTEGERS = {};
        private static final double[] NO_REALS = {};
        private static final boolean[] NO_FLAGS = {};

        public static Op of(String name, long... integers) {
            return new Op(name, integers, NO_REALS, NO_FLAGS);
        }

        /** An op with one number. */
        public static Op withReal(String name, double real) {
            return new Op(name, NO_INTEGERS, new double[] {real}, NO_FLAGS);
        }

        /** The op of a graph's node with all its arguments. */
        public static Op of(Node node) {
            return new Op(node.name(), node.integers(), node.reals(), node.flags());
        }

        @Override
        public String toString() {
            return name + Arrays.toString(integers) + Arrays.toString(reals) + Arrays.toString(flags);
        }
    }

    /** Whether the output may be written over an input of the same shape. */
    boolean mayRunInPlace() {
        return RuleTable.isElementwise(op.name());
    }

    /** Key of the computation: instructions with equal keys compute equal values. */
    static String key(Op op, List<Value> inputs, Type type) {
        var key = new StringBuilder(op.toString()).append(type);
        inputs.forEach(v -> key.append(' ').append(v.id()));
        return key.toString();
    }
}
