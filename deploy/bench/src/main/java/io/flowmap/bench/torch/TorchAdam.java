package io.flowmap.bench.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Adam (Kingma and Ba, Algorithm 1) in place over one flat vector: six passes, none of them per parameter tensor. */
final class TorchAdam {
    private static final double BETA_1 = 0.9;
    private static final double BETA_2 = 0.999;
    private static final double EPSILON = 1e-8;

    private TorchAdam() {}

    /** Updates parameters and both moments; the caller holds a no-gradient guard. Steps are counted from one. */
    static void update(Tensor parameters, Tensor gradient, Tensor first, Tensor second, double rate, long step) {
        double correction = Math.sqrt(1 - Math.pow(BETA_2, step));
        double size = rate / (1 - Math.pow(BETA_1, step));
        try (var scope = new TorchScope();
                var fresh = new Scalar(1 - BETA_1);
                var fresh2 = new Scalar(1 - BETA_2);
                var epsilon = new Scalar(EPSILON);
                var minusSize = new Scalar(-size)) {
            first.lerp_(gradient, fresh);
            Torch.mulInPlace(second, BETA_2);
            second.addcmul_(gradient, gradient, fresh2);
            Tensor deviation = second.sqrt();
            Torch.mulInPlace(deviation, 1 / correction);
            deviation.add_(epsilon);
            parameters.addcdiv_(first, deviation, minusSize);
        }
    }
}
