package io.flowmap.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import java.util.List;
import java.util.Objects;

/**
 * Standardises by measured moments: latent = (pixel - mean[c]) / deviation[c] * sigmaData. Each channel then has mean 0 and standard
 * deviation sigmaData over the training split.
 *
 * @param mean of each channel's pixels, 0..255
 * @param deviation of each channel's pixels, positive
 * @param sigmaData standard deviation of the latents, 0.5 in EDM2
 */
public record Standardised(List<Double> mean, List<Double> deviation, double sigmaData) implements PixelEncoder {
    static final String KIND = "standardised";

    public Standardised {
        if (mean == null || deviation == null || hasNull(mean) || hasNull(deviation)) {
            throw new IllegalArgumentException("expected means and deviations, got " + mean + " and " + deviation);
        }
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (mean.size() != deviation.size() || mean.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected as many means as deviations, got " + mean + " and " + deviation);
        }
        if (!(sigmaData > 0) || deviation.stream().anyMatch(value -> !(value > 0))) {
            throw new IllegalArgumentException(
                    "expected positive deviations and sigma-data, got " + deviation + " and " + sigmaData);
        }
    }

    @Override
    public void encode(byte[] pixels, float[] latent, LatentShape shape) {
        requireChannels(shape);
        int area = shape.height() * shape.width();
        for (int c = 0; c < shape.channels(); c++) {
            double centre = mean.get(c);
            double scale = sigmaData / deviation.get(c);
            for (int i = c * area; i < (c + 1) * area; i++) {
                latent[i] = (float) (((pixels[i] & 0xff) - centre) * scale);
            }
        }
    }

    @Override
    public void decode(float[] latent, byte[] pixels, LatentShape shape) {
        requireChannels(shape);
        int area = shape.height() * shape.width();
        for (int c = 0; c < shape.channels(); c++) {
            double centre = mean.get(c);
            double scale = deviation.get(c) / sigmaData;
            for (int i = c * area; i < (c + 1) * area; i++) {
                pixels[i] = Encoder.pixel(latent[i] * scale + centre);
            }
        }
    }

    @Override
    public JsonNode toJson() {
        return Json.mapper().valueToTree(new Stored(KIND, mean, deviation, sigmaData));
    }

    private static boolean hasNull(List<Double> values) {
        return values.stream().anyMatch(Objects::isNull);
    }

    private void requireChannels(LatentShape shape) {
        if (shape.channels() != mean.size()) {
            throw new IllegalArgumentException(
                    "expected " + mean.size() + " channels of the encoder, got " + shape.channels());
        }
    }

    /** JSON form. */
    record Stored(String kind, List<Double> mean, List<Double> deviation, double sigmaData) {
        Standardised encoder() {
            return new Standardised(mean, deviation, sigmaData);
        }
    }
}
