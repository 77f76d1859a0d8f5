package io.flowmap.codec;

import io.flowmap.checkpoint.StateDict;
import io.flowmap.checkpoint.foreign.WeightsFile;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.file.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * TAEF2, the tiny autoencoder (O. Boer Bohan, "taesd") of FLUX.2's latent space: 32 channels, 1/8 of the image's side. It is recompiled
 * whenever the batch size or the shape of the images changes.
 */
public final class Taef2 implements LatentCodec {
    /** Name of the codec. */
    public static final String NAME = "TAEF2";

    private static final float WHITE = 255;

    private final Recompiled encoder;
    private final Recompiled decoder;
    private final String hash;

    /**
     * @param encoder arrays of the encoder
     * @param decoder arrays of the decoder
     * @param hash combined hash of both files
     * @throws UserError if the arrays are not those of TAEF2
     */
    public Taef2(StateDict encoder, StateDict decoder, String hash) {
        this.encoder = network(Taef2Network.ENCODER, encoder);
        this.decoder = network(Taef2Network.DECODER, decoder);
        this.hash = hash;
    }

    private static Recompiled network(Taef2Network network, StateDict dict) {
        var arrays = network.read(dict).arrays();
        return new Recompiled(arrays, (layers, x) -> List.of(network.apply(layers, x)));
    }

    /** Opens the codec from two torch or safetensors files. Throws {@link UserError} if they cannot be read or hold something else. */
    public static Taef2 open(Configuration hadoop, Path encoder, Path decoder) {
        var first = WeightsFile.open(hadoop, "a TAEF2 encoder", encoder);
        var second = WeightsFile.open(hadoop, "a TAEF2 decoder", decoder);
        var hashes = (first.hash() + second.hash()).getBytes(StandardCharsets.US_ASCII);
        return new Taef2(first.dict(), second.dict(), Sha256.of(hashes));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String hash() {
        return hash;
    }

    @Override
    public LatentShape latent(LatentShape image) {
        int scale = Taef2Network.SCALE;
        if (image.channels() != Taef2Network.COLOURS || image.height() % scale != 0 || image.width() % scale != 0) {
            throw new IllegalArgumentException(
                    "expected images of 3 channels with sides that are multiples of " + scale + ", got " + image);
        }
        return new LatentShape(Taef2Network.CHANNELS, image.height() / scale, image.width() / scale);
    }

    @Override
    public LatentShape image(LatentShape latent) {
        if (latent.channels() != Taef2Network.CHANNELS) {
            throw new IllegalArgumentException(
                    "expected latents of " + Taef2Network.CHANNELS + " channels, got " + latent);
        }
        int scale = Taef2Network.SCALE;
        return new LatentShape(Taef2Network.COLOURS, latent.height() * scale, latent.width() * scale);
    }

    @Override
    public float[] encode(byte[] pixels, int count, LatentShape image) {
        latent(image);
        image.require(pixels.length, count);
        var values = new float[pixels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (pixels[i] & 0xff) / WHITE;
        }
        return encoder.apply(values, image.batch(count));
    }

    @Override
    public float[] decode(float[] latents, int count, LatentShape latent) {
        image(latent);
        latent.require(latents.length, count);
        return decoder.apply(latents, latent.batch(count));
    }

    @Override
    public void close() {
        encoder.close();
        decoder.close();
    }
}
