package io.flowmap.graph;

import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Pooling2DConfig;

/** Pooling configurations. */
public final class Pooling {
    private Pooling() {}

    /** Mean over kh x kw cells, without overlap or padding. */
    public static Pooling2DConfig average(int kh, int kw, boolean nhwc) {
        return Pooling2DConfig.builder()
                .kH(kh)
                .kW(kw)
                .sH(kh)
                .sW(kw)
                .pH(0)
                .pW(0)
                .isNHWC(nhwc)
                .paddingMode(PaddingMode.VALID)
                .build();
    }

    /** Windows of k x k pixels with a stride on [N,H,W,C]. Padding is excluded from means and maxima. */
    public static Pooling2DConfig window(int k, int stride, int pad) {
        return Pooling2DConfig.builder()
                .kH(k)
                .kW(k)
                .sH(stride)
                .sW(stride)
                .pH(pad)
                .pW(pad)
                .isNHWC(true)
                .paddingMode(PaddingMode.VALID)
                .extra(0)
                .build();
    }

    /** Windows of k x k pixels at stride 1 on [N,H,W,C], with {@code pad} < k zeros on each side that count as pixels. */
    public static Pooling2DConfig padded(int k, int pad) {
        return Pooling2DConfig.builder()
                .kH(k)
                .kW(k)
                .sH(1)
                .sW(1)
                .pH(pad)
                .pW(pad)
                .isNHWC(true)
                .paddingMode(PaddingMode.VALID)
                .extra(1)
                .build();
    }
}
