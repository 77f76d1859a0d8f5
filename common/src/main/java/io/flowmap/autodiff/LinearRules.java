package io.flowmap.autodiff;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ops.impl.layers.convolution.AvgPooling2D;
import org.nd4j.linalg.api.ops.impl.layers.convolution.Conv2D;
import org.nd4j.linalg.api.ops.impl.layers.convolution.Conv2DDerivative;
import org.nd4j.linalg.api.ops.impl.layers.convolution.Upsampling2d;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Pooling2DConfig;

/** Rules of reductions, products, convolutions and of the ops that move elements. */
final class LinearRules {
    private LinearRules() {}

    static void addTo(Map<String, Rule> rules) {
        rules.put("reduce_sum", new Reduction(1));
        rules.put("reduce_mean", new Reduction(0));
        rules.put("reduce_sqnorm", new SquaredNorm());
        rules.put("matmul", new MatMul());
        rules.put("conv2d", new Convolution());
        rules.put("conv2d_bp", new ConvolutionGradient());
        rules.put("avgpool2d", new AveragePooling());
        rules.put("upsampling2d", new Upsampling());
        rules.put("softmax", new Softmax());
        rules.put("concat", new Concat());
        rules.put("slice", new Slice());
        rules.put("reshape", new Reshape());
        rules.put("permute", new Permute());
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

    /** The cotangent of a reduction's result with the reduced dimensions put back as 1. */
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
            return new SDVariable[] {d.add(op.graph().zero(null, d.dataType(), op.shape(0)))};
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

    /** Y = A B with optional transposes of the last two dimensions; equal batch dimensions. */
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

        private static SDVariable product(Node op, SDVariable a, SDVariable b, boolean ta, boolean tb) {
            return op.graph().mmul(a, b, ta, tb, false);
        }

        private static boolean flag(Node op, int i) {
            return op.integers().length > i && op.integers()[i] == 1;
        }
    }

    /** y = x * w, bilinear; the cotangents are one fused op. */
    private record Convolution() implements Rule {
        @Override
        public long[] shape(Node op) {
            Conv2DConfig c = ((Conv2D) op.function()).getConfig();
            boolean nhwc = c.getDataFormat().equals("NHWC");
            long[] x = op.shape(0);
            long[] w = op.shape(1);
            int out =
                    switch (c.getWeightsFormat()) {
                        case YXIO -> 3;
                        case OIYX, OYXI -> 0;
                    };
            int row = nhwc ? 1 : 2;
            long height = (x[row] + 2 * c.getPH() - c.getDH() * (c.getKH() - 1) - 1) / c.getSH() + 1;
            long width = (x[row + 1] + 2 * c.getPW() - c.getDW() * (c.getKW() - 1) - 1) / c.getSW() + 1;
            return nhwc ? new long[] {x[0], height, width, w[out]} : new long[] {x[0], w[out], height, width};
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            Conv2DConfig c = ((Conv2D) op.function()).getConfig();
            SameDiff sd = op.graph();
            SDVariable left = dx[0] == null ? null : sd.cnn().conv2d(dx[0], op.x()[1], c);
            SDVariable right = dx[1] == null ? null : sd.cnn().conv2d(op.x()[0], dx[1], c);
            return left == null ? right : right == null ? left : left.add(right);
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            var inputs = new SDVariable[] {op.x()[0], op.x()[1], dy};
            return new Conv2DDerivative(op.graph(), inputs, ((Conv2D) op.function()).getConfig()).outputVariables();
        }
    }

    /** The end of a reverse pass: it has a shape but no derivative (take the gradient of a tangent instead). */
    private record ConvolutionGradient() implements Rule {
        @Override
        public long[] shape(Node op) {
            return op.shape(0);
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            throw refused(op);
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            throw refused(op);
        }

        private static UnsupportedOperationException refused(Node op) {
            return new UnsupportedOperationException(
                    "no derivative rule for op conv2d_bp (variable " + op.y().name() + "): differentiate a tangent");
        }
    }

    /** Mean over k x k cells; its transpose is nearest upsampling / k^2. */
    private record AveragePooling() implements Rule {
        @Override
        public long[] shape(Node op) {
            Pooling2DConfig c = ((AvgPooling2D) op.function()).getConfig();
            return Upsampling.scaled(op.shape(0), c.isNHWC() ? 1 : 2, 1.0 / c.getKH(), 1.0 / c.getKW());
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            return op.graph().cnn().avgPooling2d(dx[0], ((AvgPooling2D) op.function()).getConfig());
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            Pooling2DConfig c = ((AvgPooling2D) op.function()).getConfig();
            int kh = (int) c.getKH();
            int kw = (int) c.getKW();
            return new SDVariable[] {op.graph().cnn().upsampling2d(dy.mul(1.0 / (kh * kw)), kh, kw, !c.isNHWC())};
        }
    }

    /** Nearest upsampling; its transpose is the sum over k x k cells. */
    private record Upsampling() implements Rule {
        @Override
        public long[] shape(Node op) {
            var u = (Upsampling2d) op.function();
            return scaled(op.shape(0), u.isNchw() ? 2 : 1, u.getScaleH(), u.getScaleW());
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            var u = (Upsampling2d) op.function();
            return op.graph().cnn().upsampling2d(dx[0], u.getScaleH(), u.getScaleW(), u.isNchw());
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            var u = (Upsampling2d) op.function();
            int kh = u.getScaleH();
            int kw = u.getScaleW();
            return new SDVariable[] {
                op.graph()
                        .cnn()
                        .avgPooling2d(dy, Pooling.average(kh, kw, !u.isNchw()))
                        .mul((double) kh * kw)
            };
        }

        static long[] scaled(long[] shape, int row, double sh, double sw) {
            long[] scaled = shape.clone();
            scaled[row] = (long) (shape[row] * sh);
            scaled[row + 1] = (long) (shape[row + 1] * sw);
            return scaled;
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
                parts[i] = dx[i] != null ? dx[i] : op.graph().zero(null, op.y().dataType(), op.shape(i));
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

    /** Begin and size of a block; the transpose pads with zeros. */
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
            return op.graph().zero(null, op.y().dataType(), block);
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
