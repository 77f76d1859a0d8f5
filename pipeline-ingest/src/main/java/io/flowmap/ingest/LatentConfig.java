package io.flowmap.ingest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowmap.data.CodecFiles;
import java.util.List;

/**
 * The section {@code ingest.codec}: the autoencoder of latents, and how they are standardised.
 *
 * @param mean of the raw latents' channels, empty to measure
 * @param deviation of the raw latents' channels, empty to measure
 * @param sampled whether latents are drawn where mean and std are known, else the mean is taken
 * @param batch images encoded at once
 * @param measure records that are measured
 */
record LatentConfig(
        Kind kind,
        String encoder,
        String decoder,
        boolean signed,
        List<Double> mean,
        List<Double> deviation,
        boolean sampled,
        int batch,
        int measure) {
    LatentConfig {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (mean.size() != deviation.size()) {
            throw new IllegalArgumentException(
                    "expected as many means as deviations, got " + mean + " and " + deviation);
        }
        if (batch < 1 || measure < 1) {
            throw new IllegalArgumentException("expected batch and measure from 1, got " + batch + " and " + measure);
        }
        files(kind, encoder, decoder, signed);
    }

    /** Forms of codecs, or none. */
    enum Kind {
        @JsonProperty("none")
        NONE,
        @JsonProperty("taef2")
        TAEF2,
        @JsonProperty("onnx")
        ONNX
    }

    /** The codec, null if there is none. */
    CodecFiles files() {
        return files(kind, encoder, decoder, signed);
    }

    private static CodecFiles files(Kind kind, String encoder, String decoder, boolean signed) {
        return switch (kind) {
            case NONE -> null;
            case TAEF2 -> new CodecFiles(CodecFiles.Kind.TAEF2, encoder, decoder, false);
            case ONNX -> new CodecFiles(CodecFiles.Kind.ONNX, encoder, decoder, signed);
        };
    }
}
