package io.flowmap.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import java.util.ArrayList;
import java.util.List;

/**
 * Latents of an autoencoder, standardised channel by channel as in EDM2's {@code StabilityVAEEncoder}, all in float32:
 *
 * <pre>
 * latent = (mean + std eps) scale[c] + shift[c],  scale = sigmaData / deviation,  shift = -rawMean scale
 * </pre>
 *
 * with eps = 0 if the autoencoder returns no std.
 *
 * @param mean of each channel of the raw latents
 * @param deviation of each channel of the raw latents, positive
 * @param sigmaData standard deviation of the latents, 0.5 in EDM2
 * @param codec autoencoder of the latents, null if unknown
 * @param factor side of an image divided by the side of its latent, 1 without a codec
 */
public record CodedLatents(List<Double> mean, List<Double> deviation, double sigmaData, CodecFiles codec, int factor)
        implements Encoder {
    static final String KIND = "latents";
    private static final int COLOURS = 3;

    public CodedLatents {
        // same checks as for standardised pixels
        var checked = new Standardised(mean, deviation, sigmaData);
        mean = checked.mean();
        deviation = checked.deviation();
        if (factor < 1) {
            throw new IllegalArgumentException("expected a factor from 1, got " + factor);
        }
    }

    /** The encoder for measured moments of the raw latents. Throws {@link UserError} for a channel with a single value. */
    public static CodedLatents of(ChannelMoments moments, double sigmaData, CodecFiles codec, int factor) {
        var mean = new ArrayList<Double>();
        var deviation = new ArrayList<Double>();
        for (int c = 0; c < moments.mean().length; c++) {
            if (!(moments.deviation(c) > 0)) {
                throw new UserError("cannot standardise latents: expected varying values in channel " + c + ", got "
                        + moments.mean()[c] + " in all");
            }
            mean.add(moments.mean()[c]);
            deviation.add(moments.deviation(c));
        }
        return new CodedLatents(mean, deviation, sigmaData, codec, factor);
    }

    /** Number of channels C of the latents. */
    public int channels() {
        return mean.size();
    }

    /**
     * Standardises raw latents into {@code latent}.
     *
     * @param raw [C,H,W], or mean and std [2C,H,W]
     * @param noise eps [C,H,W], null to use the mean
     * @param latent [C,H,W]
     */
    public void standardise(float[] raw, float[] noise, float[] latent) {
        int area = latent.length / channels();
        boolean spread = raw.length == 2 * latent.length && noise != null;
        for (int i = 0; i < latent.length; i++) {
            float value = spread ? raw[i] + noise[i] * raw[latent.length + i] : raw[i];
            latent[i] = value * scale(i / area) + shift(i / area);
        }
    }

    /** Inverse of {@link #standardise}: writes the raw latents [C,H,W]. */
    public void restore(float[] latent, float[] raw) {
        int area = latent.length / channels();
        for (int i = 0; i < latent.length; i++) {
            raw[i] = (latent[i] - shift(i / area)) / scale(i / area);
        }
    }

    @Override
    public LatentShape image(LatentShape latent) {
        return codec == null ? latent : new LatentShape(COLOURS, latent.height() * factor, latent.width() * factor);
    }

    @Override
    public JsonNode toJson() {
        return Json.mapper().valueToTree(new Stored(KIND, mean, deviation, sigmaData, codec, factor));
    }

    private float scale(int channel) {
        return (float) sigmaData / deviation.get(channel).floatValue();
    }

    private float shift(int channel) {
        return -mean.get(channel).floatValue() * scale(channel);
    }

    /** JSON form. */
    record Stored(
            String kind, List<Double> mean, List<Double> deviation, double sigmaData, CodecFiles codec, int factor) {
        CodedLatents encoder() {
            return new CodedLatents(mean, deviation, sigmaData, codec, factor);
        }
    }
}
