package io.flowmap.graph;

import java.util.Arrays;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ops.impl.layers.convolution.Conv2D;
import org.nd4j.linalg.api.ops.impl.layers.convolution.Conv2DDerivative;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;

/** Rules of convolution. */
final class ConvolutionRules {
    private ConvolutionRules() {}

    static void addTo(Map<String, Rule> rules) {
        rules.put("conv2d", new Convolution());
        // used only at the end of a reverse pass; one product for the cotangent of the input, one for that of the
        // weights
        rules.put(
                "conv2d_bp",
                new NoDerivative(
                        op -> op.shape(0),
                        "differentiate a tangent",
                        op -> 2 * length(op.shape(op.x().length - 1)) * window(op)));
    }

    /** Products summed into one output: kernel size times input channels. */
    private static long window(Node op) {
        Conv2DConfig c = ((Conv2D) op.function()).getConfig();
        return c.getKH() * c.getKW() * op.shape(0)[c.getDataFormat().equals("NHWC") ? 3 : 1];
    }

    private static long length(long[] shape) {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    /** y = x * w (+ b, one value for each channel), bilinear in x and w. The cotangents of x and w are one fused op. */
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
        public long multiplyAdds(Node op) {
            return length(shape(op)) * window(op);
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            Conv2DConfig c = ((Conv2D) op.function()).getConfig();
            SameDiff sd = op.graph();
            SDVariable left = dx[0] == null ? null : sd.cnn().conv2d(dx[0], op.x()[1], c);
            SDVariable right = dx[1] == null ? null : sd.cnn().conv2d(op.x()[0], dx[1], c);
            SDVariable product = left == null ? right : right == null ? left : left.add(right);
            return dx.length < 3 || dx[2] == null ? product : withBias(op, product, channels(op, dx[2]));
        }

        private static SDVariable withBias(Node op, SDVariable product, SDVariable bias) {
            return product == null
                    ? bias.add(op.shapes().zero(op.y().dataType(), op.shapes().of(op.y())))
                    : product.add(bias);
        }

        /** Reshapes the bias so that it broadcasts against the output. */
        private static SDVariable channels(Node op, SDVariable bias) {
            boolean nhwc = ((Conv2D) op.function()).getConfig().getDataFormat().equals("NHWC");
            return nhwc ? bias : op.graph().reshape(bias, op.shapes().of(bias)[0], 1, 1);
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            Conv2DConfig c = ((Conv2D) op.function()).getConfig();
            var inputs = new SDVariable[] {op.x()[0], op.x()[1], dy};
            SDVariable[] gradients = new Conv2DDerivative(op.graph(), inputs, c).outputVariables();
            if (op.x().length < 3) {
                return gradients;
            }
            SDVariable bias = c.getDataFormat().equals("NHWC") ? dy.sum(0, 1, 2) : dy.sum(0, 2, 3);
            return new SDVariable[] {gradients[0], gradients[1], bias};
        }
    }
}
