package io.flowmap.app.lab;

import io.flowmap.codec.LatentCodec;
import io.flowmap.data.LatentShape;

/**
 * An image before and after a codec.
 *
 * @param image original
 * @param decoded after encoding and decoding, uint8 [3,H,W]
 */
record RoundTrip(NamedImage image, byte[] decoded) {
    private static final double WHITE = 255;

    static RoundTrip of(LatentCodec codec, NamedImage image, LatentShape shape) {
        var latent = codec.encode(image.pixels(), 1, shape);
        return new RoundTrip(image, LatentCodec.pixels(codec.decode(latent, 1, codec.latent(shape))));
    }

    /** Peak signal-to-noise ratio in dB, 10 log10(255^2 / mean squared difference). */
    double psnr() {
        double squares = 0;
        for (int i = 0; i < decoded.length; i++) {
            double difference = (image.pixels()[i] & 0xff) - (decoded[i] & 0xff);
            squares += difference * difference;
        }
        return 10 * Math.log10(WHITE * WHITE * decoded.length / squares);
    }
}
