package io.flowmap.graph;

import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ops.impl.layers.convolution.AvgPooling2D;
import org.nd4j.linalg.api.ops.impl.layers.convolution.MaxPooling2D;
import org.nd4j.linalg.api.ops.impl.layers.convolution.Upsampling2d;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Pooling2DConfig;
import org.nd4j.linalg.factory.Nd4j;

/** Rules of pooling and upsampling. */
final class PoolingRules {
    private PoolingRules() {}

    static void addTo(Map<String, Rule> rules) {
        rules.put("avgpool2d", new AveragePooling());
        rules.put(
                "maxpool2d",
                new NoDerivative(
                        op -> pooled(op.shape(0), ((MaxPooling2D) op.function()).getConfig()), "frozen networks only"));
        rules.put("upsampling2d", new Upsampling());
    }

    /** Number of windows along the height and the width. */
    private static long[] pooled(long[] x, Pooling2DConfig c) {
        long[] shape = x.clone();
        int row = c.isNHWC() ? 1 : 2;
        shape[row] = (x[row] + 2 * c.getPH() - c.getKH()) / c.getSH() + 1;
        shape[row + 1] = (x[row + 1] + 2 * c.getPW() - c.getKW()) / c.getSW() + 1;
        return shape;
    }

    /**
     * Average pooling in three forms. (1) Mean over k x k cells; the transpose is nearest upsampling / k^2. (2) Mean over windows at every
     * pixel with p zeros around the image that count as pixels; the transpose has k - 1 - p of them. (3) Mean over the window around every
     * pixel, y = S x / n, with n the number of pixels of the window inside the image and S = S' the sum over it; the transpose S (dy / n)
     * is n mean(dy / n).
     */
    private record AveragePooling() implements Rule {
        @Override
        public long[] shape(Node op) {
            return pooled(op.shape(0), config(op));
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            return op.graph().cnn().avgPooling2d(dx[0], config(op));
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            Pooling2DConfig c = config(op);
            int kh = (int) c.getKH();
            int kw = (int) c.getKW();
            if (c.getSH() == kh && c.getSW() == kw && c.getPH() == 0 && c.getPW() == 0) {
                return new SDVariable[] {op.graph().cnn().upsampling2d(dy.mul(1.0 / (kh * kw)), kh, kw, !c.isNHWC())};
            }
            if (c.getExtra() == 1
                    && c.isNHWC()
                    && c.getSH() == 1
                    && c.getSW() == 1
                    && kh == kw
                    && c.getPH() == c.getPW()) {
                var transposed = Pooling.padded(kh, kh - 1 - (int) c.getPH());
                return new SDVariable[] {op.graph().cnn().avgPooling2d(dy, transposed)};
            }
            boolean centred = c.getSH() == 1 && c.getSW() == 1 && kh == 2 * c.getPH() + 1 && kw == 2 * c.getPW() + 1;
            if (!centred || !c.isNHWC()) {
                throw new UnsupportedOperationException("no derivative rule for op avgpool2d (variable "
                        + op.y().name() + ") with windows of " + kh + "x" + kw + " at stride " + c.getSH());
            }
            SDVariable inside = inside(op, c);
            return new SDVariable[] {
                op.graph().cnn().avgPooling2d(dy.div(inside), c).mul(inside)
            };
        }

        /** Number of pixels of each window inside the image, [1,H,W,1]. */
        private static SDVariable inside(Node op, Pooling2DConfig c) {
            long[] shape = op.shape(0);
            var inside = Nd4j.create(op.y().dataType(), 1, shape[1], shape[2], 1);
            for (long row = 0; row < shape[1]; row++) {
                for (long column = 0; column < shape[2]; column++) {
                    double rows = overlap(row, c.getPH(), shape[1]);
                    inside.putScalar(new long[] {0, row, column, 0}, rows * overlap(column, c.getPW(), shape[2]));
                }
            }
            return op.graph().constant(inside);
        }

        private static double overlap(long at, long reach, long size) {
            return Math.min(size - 1, at + reach) - Math.max(0, at - reach) + 1.0;
        }

        private static Pooling2DConfig config(Node op) {
            return ((AvgPooling2D) op.function()).getConfig();
        }
    }

    /** Nearest upsampling. The transpose is the sum over k x k cells. */
    private record Upsampling() implements Rule {
        @Override
        public long[] shape(Node op) {
            var u = (Upsampling2d) op.function();
            long[] scaled = op.shape(0).clone();
            int row = u.isNchw() ? 2 : 1;
            scaled[row] *= u.getScaleH();
            scaled[row + 1] *= u.getScaleW();
            return scaled;
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
    }
}
