package io.flowmap.autodiff;

import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Pooling2DConfig;

/** Configurations of non-overlapping pooling. */
public final class Pooling {
    private Pooling() {}

    /** Mean over kh x kw cells without overlap or padding. */
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
}
