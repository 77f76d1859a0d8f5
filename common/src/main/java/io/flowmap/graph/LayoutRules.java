package io.flowmap.graph;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;

/** Rules of ops that only move elements. */
final class LayoutRules {
    private LayoutRules() {}

    static void addTo(Map<String, Rule> rules) {
        rules.put("concat", new Concat());
        rules.put("slice", new Slice());
        rules.put("reshape", new Reshape());
        rules.put("permute", new Permute());
    }

    private record Concat() implements Rule {
        @Override
        public long[] shape(Node op) {
            int axis = axis(op);
            long[] shape = op.shape(0).clone();
            shape[axis] = IntStream.range(0, op.x().length)
                    .mapToLong(i -> op.shape(i)[axis])
                    .sum();
            return shape;
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            var parts = new SDVariable[dx.length];
            for (int i = 0; i < dx.length; i++) {
                parts[i] = dx[i] != null ? dx[i] : op.shapes().zero(op.y().dataType(), op.shape(i));
            }
            return op.graph().concat(axis(op), parts);
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            var parts = new SDVariable[op.x().length];
            int[] begin = new int[op.shape(0).length];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = op.graph().slice(dy, begin.clone(), ints(op.shape(i)));
                begin[axis(op)] += (int) op.shape(i)[axis(op)];
            }
            return parts;
        }

        private static int axis(Node op) {
            return (int) Math.floorMod(op.integers()[0], (long) op.shape(0).length);
        }
    }

    /** y = the block of x given by begin and size. The transpose pads with zeros. */
    private record Slice() implements Rule {
        @Override
        public long[] shape(Node op) {
            long[] arguments = op.integers();
            return Arrays.copyOfRange(arguments, arguments.length / 2, arguments.length);
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            long[] arguments = op.integers();
            int rank = arguments.length / 2;
            return op.graph().slice(dx[0], ints(Arrays.copyOf(arguments, rank)), ints(shape(op)));
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            SDVariable padded = dy;
            for (int axis = 0; axis < op.shape(0).length; axis++) {
                padded = pad(op, padded, axis);
            }
            return new SDVariable[] {padded};
        }

        private static SDVariable pad(Node op, SDVariable d, int axis) {
            long[] shape = op.shapes().of(d);
            long before = op.integers()[axis];
            long after = op.shape(0)[axis] - before - shape[axis];
            SDVariable padded = d;
            if (before > 0) {
                padded = op.graph().concat(axis, zeros(op, shape, axis, before), padded);
            }
            return after > 0 ? op.graph().concat(axis, padded, zeros(op, shape, axis, after)) : padded;
        }

        private static SDVariable zeros(Node op, long[] shape, int axis, long size) {
            long[] block = shape.clone();
            block[axis] = size;
            return op.shapes().zero(op.y().dataType(), block);
        }
    }

    private record Reshape() implements Rule {
        @Override
        public long[] shape(Node op) {
            long[] arguments = op.integers();
            long[] shape = arguments[0] < -1 ? Arrays.copyOfRange(arguments, 1, arguments.length) : arguments.clone();
            long known = Arrays.stream(shape).filter(d -> d > 0).reduce(1, (a, b) -> a * b);
            long total = Arrays.stream(op.shape(0)).reduce(1, (a, b) -> a * b);
            for (int i = 0; i < shape.length; i++) {
                shape[i] = shape[i] == -1 ? total / known : shape[i];
            }
            return shape;
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            return op.graph().reshape(dx[0], shape(op));
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            return new SDVariable[] {op.graph().reshape(dy, op.shape(0))};
        }
    }

    private record Permute() implements Rule {
        @Override
        public long[] shape(Node op) {
            return Arrays.stream(op.integers()).map(d -> op.shape(0)[(int) d]).toArray();
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            return op.graph().permute(dx[0], ints(op.integers()));
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            int[] inverse = new int[op.integers().length];
            for (int i = 0; i < inverse.length; i++) {
                inverse[(int) op.integers()[i]] = i;
            }
            return new SDVariable[] {op.graph().permute(dy, inverse)};
        }
    }

    private static int[] ints(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }
}
