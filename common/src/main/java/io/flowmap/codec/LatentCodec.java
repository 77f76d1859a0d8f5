package io.flowmap.codec;

import io.flowmap.data.Encoder;
import io.flowmap.data.LatentShape;

/** A frozen autoencoder between RGB images and latents. Not thread-safe: use one instance for each task. */
public interface LatentCodec extends AutoCloseable {
    /** Name for messages and manifests. */
    String name();

    /** SHA-256 of the weights. */
    String hash();

    /**
     * Shape [c,h,w] of the latents of images [3,H,W]. Throws {@link IllegalArgumentException} if the codec does not support the image
     * shape.
     */
    LatentShape latent(LatentShape image);

    /**
     * Shape [3,H,W] of the images of latents [c,h,w]. Throws {@link IllegalArgumentException} if the codec does not support the latent
     * shape.
     */
    LatentShape image(LatentShape latent);

    /**
     * Encodes images to latents [count,c,h,w]. Calls with the same count and shape are faster than mixed ones.
     *
     * @param pixels uint8 [count,3,H,W]
     */
    float[] encode(byte[] pixels, int count, LatentShape image);

    /**
     * Decodes latents to images [count,3,H,W]: black is 0, white is 1, not clipped.
     *
     * @param latents [count,c,h,w]
     */
    float[] decode(float[] latents, int count, LatentShape latent);

    /** Converts decoded values to pixels. Clips. */
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
