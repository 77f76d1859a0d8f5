package io.flowmap.codec;

import io.flowmap.config.UserError;
import io.flowmap.data.CodedLatents;
import io.flowmap.data.Encoder;
import io.flowmap.data.LatentShape;
import io.flowmap.data.PixelEncoder;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;

/** Converts latents back to images, for any encoder. Not thread-safe: use one instance for each task. */
public interface PixelDecoder extends AutoCloseable {
    /** Shape [C,H,W] of the images. */
    LatentShape image();

    /**
     * Decodes latents to images, uint8 [count,C,H,W].
     *
     * @param latents [count,c,h,w]
     */
    byte[] decode(float[] latents, int count);

    @Override
    void close();

    /**
     * Opens the decoder for latents of ingested data.
     *
     * @param latent shape of the latents
     * @throws UserError if the codec has no decoder file or it cannot be read
     */
    static PixelDecoder open(Configuration hadoop, Encoder encoder, LatentShape latent) {
        if (encoder instanceof PixelEncoder pixels) {
            return new Pixels(pixels, latent);
        }
        var coded = (CodedLatents) encoder;
        if (coded.codec() == null || coded.codec().decoder() == null) {
            throw new UserError("cannot decode latents to images: expected a decoder (ingest.codec.decoder), got none");
        }
        return new Coded(coded, latent, CodecSource.open(hadoop, coded.codec()));
    }

    /** Decoder for pixels that were only scaled. */
    record Pixels(PixelEncoder encoder, LatentShape image) implements PixelDecoder {
        @Override
        public byte[] decode(float[] latents, int count) {
            var pixels = new byte[latents.length];
            var one = new byte[image.size()];
            for (int i = 0; i < count; i++) {
                encoder.decode(Arrays.copyOfRange(latents, i * one.length, (i + 1) * one.length), one, image);
                System.arraycopy(one, 0, pixels, i * one.length, one.length);
            }
            return pixels;
        }

        @Override
        public void close() {}
    }

    /** Decoder for latents of an autoencoder. */
    record Coded(CodedLatents encoder, LatentShape latent, LatentCodec codec) implements PixelDecoder {
        @Override
        public LatentShape image() {
            return encoder.image(latent);
        }

        @Override
        public byte[] decode(float[] latents, int count) {
            var raw = new float[latents.length];
            var one = new float[latent.size()];
            for (int i = 0; i < count; i++) {
                encoder.restore(Arrays.copyOfRange(latents, i * one.length, (i + 1) * one.length), one);
                System.arraycopy(one, 0, raw, i * one.length, one.length);
            }
            return LatentCodec.pixels(codec.decode(raw, count, latent));
        }

        @Override
        public void close() {
            codec.close();
        }
    }
}
