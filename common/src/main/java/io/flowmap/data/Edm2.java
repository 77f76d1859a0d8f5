package io.flowmap.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;

/** EDM2's pixel encoder ({@code StandardRGBEncoder}): latent = pixel / 127.5 - 1, in [-1, 1]. */
public record Edm2() implements PixelEncoder {
    static final String KIND = "edm2";
    private static final float HALF = 127.5f;

    @Override
    public void encode(byte[] pixels, float[] latent, LatentShape shape) {
        for (int i = 0; i < shape.size(); i++) {
            latent[i] = (pixels[i] & 0xff) / HALF - 1;
        }
    }

    @Override
    public void decode(float[] latent, byte[] pixels, LatentShape shape) {
        for (int i = 0; i < shape.size(); i++) {
            pixels[i] = Encoder.pixel(latent[i] * HALF + HALF);
        }
    }

    @Override
    public JsonNode toJson() {
        return Json.mapper().createObjectNode().put("kind", KIND);
    }
}
