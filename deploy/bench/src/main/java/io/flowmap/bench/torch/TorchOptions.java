package io.flowmap.bench.torch;

import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Variants of libtorch's step; the benchmark measures the alternatives and uses the fastest.
 *
 * @param type float for timing, double for the reference values
 * @param channelsLast NHWC memory format (with libtorch's fused attention) instead of NCHW
 * @param joint whether the two forward passes of the central difference are one batch of twice the size
 * @param difference step h of the central difference in (x_t, t) along (v, 1)
 */
public record TorchOptions(ScalarType type, boolean channelsLast, boolean joint, double difference) {
    /** In float32 the error of the difference is 2e-4 at best, with this h: good enough for timing, not for comparing values. */
    public static TorchOptions timed(boolean channelsLast, boolean joint) {
        return new TorchOptions(ScalarType.Float, channelsLast, joint, 1e-3);
    }

    /** In float64 the difference is exact to about 1e-8, accurate enough to check float32 gradients. */
    public static TorchOptions exact() {
        return new TorchOptions(ScalarType.Double, false, false, 1e-5);
    }

    public String layout() {
        return (channelsLast ? "channels-last" : "nchw") + (joint ? "+joint-difference" : "");
    }
}
