package io.flowmap.bench.torch;

import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How libtorch runs the step; the benchmark measures the alternatives and takes the fastest.
 *
 * @param type float for timing, double for the reference values
 * @param channelsLast NHWC memory format (with libtorch's fused attention) instead of NCHW
 * @param joint the two forwards of the central difference as one batch of twice the size
 * @param difference step h of the central difference in (x_t, t) along (v, 1)
 */
public record TorchOptions(ScalarType type, boolean channelsLast, boolean joint, double difference) {
    /** In float the difference is off by 2e-4 at best, at this h: fine for timing, not for comparing values. */
    public static TorchOptions timed(boolean channelsLast, boolean joint) {
        return new TorchOptions(ScalarType.Float, channelsLast, joint, 1e-3);
    }

    /** In double the difference is exact to about 1e-8, which float32 gradients can be compared with. */
    public static TorchOptions exact() {
        return new TorchOptions(ScalarType.Double, false, false, 1e-5);
    }

    public String layout() {
        return (channelsLast ? "channels-last" : "nchw") + (joint ? "+joint-difference" : "");
    }
}
