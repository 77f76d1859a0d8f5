package io.flowmap.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import java.io.Serializable;

/** How latents were made from images. Recorded in the manifest of the ingested data and inverted for decoding. */
public sealed interface Encoder extends Serializable permits PixelEncoder, CodedLatents {
    /** JSON form, the input of {@link #fromJson}. */
    JsonNode toJson();

    /** Shape of the images that latents of this shape come from. */
    LatentShape image(LatentShape latent);

    /** Parses the encoder of a manifest. Throws {@link IllegalArgumentException} for other forms. */
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

    /** Rounds a pixel value half to even and clips it to 0..255. */
    static byte pixel(double value) {
        return (byte) Math.max(0, Math.min(255, Math.rint(value)));
    }
}
