package io.flowmap.codec;

import io.flowmap.data.Encoder;
import io.flowmap.data.LatentShape;

/** A frozen autoencoder between RGB images and latents. Not thread-safe: one instance a task. */
public interface LatentCodec extends AutoCloseable {
    /** Its name in messages and manifests. */
    String name();

    /** SHA-256 of the weights. */
    String hash();

    /** The latent shape [c,h,w] of images [3,H,W]; throws {@link IllegalArgumentException} where they do not fit the codec. */
    LatentShape latent(LatentShape image);

    /** The image shape [3,H,W] of latents [c,h,w]; throws {@link IllegalArgumentException} where they do not fit the codec. */
    LatentShape image(LatentShape latent);

    /**
     * Latents [count,c,h,w] of images. Many batches of one size and shape are faster than mixed ones.
     *
     * @param pixels uint8 [count,3,H,W]
     */
    float[] encode(byte[] pixels, int count, LatentShape image);

    /**
     * Images [count,3,H,W] of latents, black 0 and white 1, not clipped.
     *
     * @param latents [count,c,h,w]
     */
    float[] decode(float[] latents, int count, LatentShape latent);

    /** Decoded values as pixels, clipped. */
    static byte[] pixels(float[] image) {
        var pixels = new byte[image.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = Encoder.pixel(image[i] * 255.0);
        }
        return pixels;
    }

    @Override
    void close();
}
