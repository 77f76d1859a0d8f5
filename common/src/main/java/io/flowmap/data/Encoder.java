package io.flowmap.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import java.io.Serializable;

/** How latents were made; recorded in the manifest of the ingested data and inverted at decode. */
public sealed interface Encoder extends Serializable permits PixelEncoder, CodedLatents {
    /** What {@link #fromJson} reads. */
    JsonNode toJson();

    /** The shape of the images behind latents. */
    LatentShape image(LatentShape latent);

    /** The encoder of a manifest. Throws {@link IllegalArgumentException} for another form. */
    static Encoder fromJson(JsonNode json) {
        var kind = json.path("kind").asText();
        try {
            return switch (kind) {
                case Edm2.KIND -> new Edm2();
                case Standardised.KIND -> Json.mapper()
                        .treeToValue(json, Standardised.Stored.class)
                        .encoder();
                case CodedLatents.KIND -> Json.mapper()
                        .treeToValue(json, CodedLatents.Stored.class)
                        .encoder();
                default -> throw new IllegalArgumentException(
                        "expected an encoder edm2, standardised or latents, got " + json);
            };
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("expected an encoder edm2, standardised or latents, got " + json, e);
        }
    }

    /** A pixel value rounded half to even and clipped. */
    static byte pixel(double value) {
        return (byte) Math.max(0, Math.min(255, Math.rint(value)));
    }
}
