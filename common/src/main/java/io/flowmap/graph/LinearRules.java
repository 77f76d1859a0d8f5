package io.flowmap.graph;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;

/** Rules of reductions, matrix products and softmax. */
final class LinearRules {
    private LinearRules() {}

    static void addTo(Map<String, Rule> rules) {
        rules.put("reduce_sum", new Reduction(1));
        rules.put("reduce_mean", new Reduction(0));
        rules.put("reduce_sqnorm", new SquaredNorm());
        rules.put("matmul", new MatMul());
        rules.put("softmax", new Softmax());
    }

    private static long[] reducedShape(Node op) {
        int[] dims = op.dimensions();
        long[] in = op.shape(0);
        if (op.keepDims()) {
            long[] kept = in.clone();
            Arrays.stream(dims).forEach(d -> kept[d] = 1);
            return kept;
        }
        return IntStream.range(0, in.length)
                .filter(i -> Arrays.binarySearch(dims, i) < 0)
                .mapToLong(i -> in[i])
                .toArray();
    }

    /** The cotangent of a reduction's result, with the reduced dimensions restored as size 1. */
    private static SDVariable keptDims(Node op, SDVariable dy) {
        long[] kept = op.shape(0).clone();
        Arrays.stream(op.dimensions()).forEach(d -> kept[d] = 1);
        return op.keepDims() ? dy : op.graph().reshape(dy, kept);
    }

    /** y = sum x or mean x. */
    private record Reduction(int sum) implements Rule {
        @Override
        public long[] shape(Node op) {
            return reducedShape(op);
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            return sum == 1 ? dx[0].sum(op.keepDims(), op.dimensions()) : dx[0].mean(op.keepDims(), op.dimensions());
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            long count = Arrays.stream(op.dimensions())
                    .mapToLong(d -> op.shape(0)[d])
                    .reduce(1, (a, b) -> a * b);
            SDVariable d = keptDims(op, sum == 1 ? dy : dy.mul(1.0 / count));
            return new SDVariable[] {d.add(op.shapes().zero(d.dataType(), op.shape(0)))};
        }
    }

    /** y = sum x^2: dy = 2 sum x dx. */
    private record SquaredNorm() implements Rule {
        @Override
        public long[] shape(Node op) {
            return reducedShape(op);
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            return dx[0].mul(op.x()[0]).sum(op.keepDims(), op.dimensions()).mul(2);
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            return new SDVariable[] {op.x()[0].mul(keptDims(op, dy).mul(2))};
        }
    }

    /** Y = A B with optional transposes of the last two dimensions. Batch dimensions must be equal. */
    private record MatMul() implements Rule {
        @Override
        public long[] shape(Node op) {
            long[] a = op.shape(0);
            long[] b = op.shape(1);
            long[] y = a.clone();
            y[y.length - 2] = a[a.length - (flag(op, 0) ? 1 : 2)];
            y[y.length - 1] = b[b.length - (flag(op, 1) ? 2 : 1)];
            return y;
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            boolean ta = flag(op, 0);
            boolean tb = flag(op, 1);
            SDVariable left = dx[0] == null ? null : product(op, dx[0], op.x()[1], ta, tb);
            SDVariable right = dx[1] == null ? null : product(op, op.x()[0], dx[1], ta, tb);
            return left == null ? right : right == null ? left : left.add(right);
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            boolean ta = flag(op, 0);
            boolean tb = flag(op, 1);
            SDVariable a = op.x()[0];
            SDVariable b = op.x()[1];
            return new SDVariable[] {
                ta ? product(op, b, dy, tb, true) : product(op, dy, b, false, !tb),
                tb ? product(op, dy, a, true, ta) : product(op, a, dy, !ta, false)
            };
        }

        @Override
        public long multiplyAdds(Node op) {
            long[] a = op.shape(0);
            return Arrays.stream(shape(op)).reduce(1, (m, n) -> m * n) * a[a.length - (flag(op, 0) ? 2 : 1)];
        }

        private static SDVariable product(Node op, SDVariable a, SDVariable b, boolean ta, boolean tb) {
            return op.graph().mmul(a, b, ta, tb, false);
        }

        private static boolean flag(Node op, int i) {
            return op.integers().length > i && op.integers()[i] == 1;
        }
    }

    /** y = softmax x over the last dimension: dy = y (dx - sum y dx). */
    private record Softmax() implements Rule {
        @Override
        public long[] shape(Node op) {
            return op.shape(0);
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            SDVariable weighted = op.y().mul(dx[0]);
            return weighted.sub(op.y().mul(weighted.sum(true, op.shape(0).length - 1)));
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            return new SDVariable[] {tangent(op, new SDVariable[] {dy})};
        }
    }
}
