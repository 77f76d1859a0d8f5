package io.flowmap.ingest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowmap.data.CodecFiles;
import java.util.List;

/**
 * The section {@code ingest.codec}: the autoencoder of the latents and their standardisation.
 *
 * @param mean mean of each channel of the raw latents, empty to measure it
 * @param deviation standard deviation of each channel of the raw latents, empty to measure it
 * @param sampled whether latents are drawn if mean and std are known; otherwise the mean is used
 * @param batch number of images encoded at once
 * @param measure number of records used to measure mean and deviation
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

    /** Kinds of codecs, or none. */
    enum Kind {
        @JsonProperty("none")
        NONE,
        @JsonProperty("taef2")
        TAEF2,
        @JsonProperty("onnx")
        ONNX,
        @JsonProperty("flux")
        FLUX
    }

    /** The codec's files, null if there is no codec. */
    CodecFiles files() {
        return files(kind, encoder, decoder, signed);
    }

    /** Whether latents are stored as the codec gives them, because the networks that use them expect its own scale. */
    boolean isScaled() {
        return kind == Kind.FLUX && mean.isEmpty();
    }

    private static CodecFiles files(Kind kind, String encoder, String decoder, boolean signed) {
        return switch (kind) {
            case NONE -> null;
            case TAEF2 -> new CodecFiles(CodecFiles.Kind.TAEF2, encoder, decoder, false);
            case ONNX -> new CodecFiles(CodecFiles.Kind.ONNX, encoder, decoder, signed);
            case FLUX -> {
                var place = encoder == null ? decoder : encoder;
                yield new CodecFiles(CodecFiles.Kind.FLUX, place, decoder == null ? place : decoder, false);
            }
        };
    }
}
