package io.flowmap.nn;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Type of a network's matrix products and convolutions. Their operands and results are rounded to it; parameters, moments, norms, softmax,
 * embeddings of time, objectives and all sums are float32 ("Mixed Precision Training", Micikevicius et al. 2018).
 */
public enum Precision {
    @JsonProperty("float32")
    FLOAT32(null, 1),
    @JsonProperty("bfloat16")
    BFLOAT16(DataType.BFLOAT16, 1),
    /** With cotangents multiplied by 2^10 inside the reverse pass, so that small ones do not vanish. */
    @JsonProperty("float16")
    FLOAT16(DataType.FLOAT16, 1 << 10);

    private final DataType products;
    private final double lossScale;

    Precision(DataType products, double lossScale) {
        this.products = products;
        this.lossScale = lossScale;
    }

    /** The type of products in a graph whose other arithmetic is in {@code type}. */
    public DataType products(DataType type) {
        return products == null ? type : products;
    }

    /** Factor of the cotangents inside a reverse pass; a power of two. */
    public double lossScale() {
        return lossScale;
    }
}
