package io.flowmap.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import java.io.Serializable;

/** Maps uint8 pixels [C,H,W] to float latents and back; recorded in the manifest of the ingested data and inverted at decode. */
public sealed interface Encoder extends Serializable permits Edm2, Standardised {
    /** Writes the latent of the pixels. Both arrays have {@code shape.size()} elements. */
    void encode(byte[] pixels, float[] latent, LatentShape shape);

    /** Writes the pixels of the latent: rounded half to even, clipped to 0..255. NaN becomes 0. */
    void decode(float[] latent, byte[] pixels, LatentShape shape);

    /** What {@link #fromJson} reads. */
    JsonNode toJson();

    /** The encoder of a manifest. Throws {@link IllegalArgumentException} for another form. */
    static Encoder fromJson(JsonNode json) {
        var kind = json.path("kind").asText();
        try {
            return switch (kind) {
                case Edm2.KIND -> new Edm2();
                case Standardised.KIND -> Json.mapper()
                        .treeToValue(json, Standardised.Stored.class)
                        .encoder();
                default -> throw new IllegalArgumentException("expected an encoder edm2 or standardised, got " + json);
            };
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("expected an encoder edm2 or standardised, got " + json, e);
        }
    }

    /** A pixel value rounded half to even and clipped. */
    static byte pixel(double value) {
        return (byte) Math.max(0, Math.min(255, Math.rint(value)));
    }
}
