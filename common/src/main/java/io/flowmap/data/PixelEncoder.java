package io.flowmap.data;

/** Maps uint8 pixels [C,H,W] to float values of the same shape and back. */
public sealed interface PixelEncoder extends Encoder permits Edm2, Standardised {
    /** Encodes pixels into {@code latent}. Both arrays have {@code shape.size()} elements. */
    void encode(byte[] pixels, float[] latent, LatentShape shape);

    /** Decodes a latent into {@code pixels}: rounded half to even, clipped to 0..255. NaN becomes 0. */
    void decode(float[] latent, byte[] pixels, LatentShape shape);

    @Override
    default LatentShape image(LatentShape latent) {
        return latent;
    }
}
