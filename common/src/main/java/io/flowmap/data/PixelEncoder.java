package io.flowmap.data;

/** Maps uint8 pixels [C,H,W] to as many float values and back. */
public sealed interface PixelEncoder extends Encoder permits Edm2, Standardised {
    /** Writes the latent of the pixels. Both arrays have {@code shape.size()} elements. */
    void encode(byte[] pixels, float[] latent, LatentShape shape);

    /** Writes the pixels of the latent: rounded half to even, clipped to 0..255. NaN becomes 0. */
    void decode(float[] latent, byte[] pixels, LatentShape shape);

    @Override
    default LatentShape image(LatentShape latent) {
        return latent;
    }
}
