package io.flowmap.codec;

import io.flowmap.checkpoint.foreign.ConfigFile;
import io.flowmap.data.LatentShape;
import io.flowmap.file.Store;
import io.flowmap.model.FrozenWeights;
import io.flowmap.nn.vae.Autoencoder;
import io.flowmap.nn.vae.AutoencoderConfig;
import io.flowmap.nn.vae.AutoencoderNames;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The autoencoder of FLUX.1. Latents are z = 0.3611 (mean - 0.1159), as FLUX's transformer expects them. The weights are mapped once for
 * each JVM. Images are processed one by one: on some processors the library's convolutions round by the size of the batch, and the result
 * must not depend on how records were cut into batches. An image of a million pixels holds 1.8 GB in the encoder of FLUX.1's sizes and 3.4 GB
 * in the decoder.
 */
final class FluxCodec implements LatentCodec {
    private static final float HALF_RANGE = 127.5f;

    private final AutoencoderConfig config;
    private final String hash;
    private final Recompiled encoder;
    private final Recompiled decoder;

    private FluxCodec(Autoencoder network, FrozenWeights weights) {
        this.config = network.config();
        this.hash = weights.hash();
        this.encoder = new Recompiled(weights.arrays(), (layers, x) -> List.of(network.encode(layers.scope(), x)));
        this.decoder = new Recompiled(weights.arrays(), (layers, z) -> List.of(network.decode(layers.scope(), z)));
    }

    /**
     * Opens the codec.
     *
     * @param place diffusers' folder {@code vae}, or a safetensors file in either layout; without {@code config.json} beside it the sizes are
     *     those of FLUX.1
     * @throws io.flowmap.config.UserError if the files cannot be read or hold something else
     */
    static FluxCodec open(Configuration hadoop, Path place) {
        var config = config(hadoop, place);
        var network = new Autoencoder(config);
        int levels = Integer.numberOfTrailingZeros(config.factor()) + 1;
        return new FluxCodec(
                network,
                FrozenWeights.open(
                        hadoop,
                        "an autoencoder of FLUX.1",
                        place,
                        network.parameters(),
                        name -> AutoencoderNames.bfl(name, levels)));
    }

    private static AutoencoderConfig config(Configuration hadoop, Path place) {
        var fileSystem = Store.of(hadoop, place);
        try {
            var folder = fileSystem.getFileStatus(place).isDirectory() ? place : place.getParent();
            var file = new Path(folder, ConfigFile.NAME);
            return fileSystem.exists(file)
                    ? AutoencoderConfig.of(ConfigFile.read(hadoop, file))
                    : AutoencoderConfig.FLUX;
        } catch (IOException e) {
            throw Store.failure("cannot read an autoencoder of FLUX.1 from " + place, e);
        }
    }

    @Override
    public String name() {
        return "FLUX.1";
    }

    @Override
    public String hash() {
        return hash;
    }

    @Override
    public LatentShape latent(LatentShape image) {
        int factor = config.factor();
        if (image.channels() != Autoencoder.COLOURS || image.height() % factor != 0 || image.width() % factor != 0) {
            throw new IllegalArgumentException(
                    "expected images of 3 channels with sides that are multiples of " + factor + ", got " + image);
        }
        return new LatentShape(config.latents(), image.height() / factor, image.width() / factor);
    }

    @Override
    public LatentShape image(LatentShape latent) {
        if (latent.channels() != config.latents()) {
            throw new IllegalArgumentException("expected latents of " + config.latents() + " channels, got " + latent);
        }
        return new LatentShape(
                Autoencoder.COLOURS, latent.height() * config.factor(), latent.width() * config.factor());
    }

    /** The latents of the encoder's mean. */
    @Override
    public float[] encode(byte[] pixels, int count, LatentShape image) {
        var latent = latent(image);
        image.require(pixels.length, count);
        var values = new float[pixels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (pixels[i] & 0xff) / HALF_RANGE - 1;
        }
        return oneByOne(encoder::apply, values, count, image, latent);
    }

    @Override
    public float[] decode(float[] latents, int count, LatentShape latent) {
        var image = image(latent);
        latent.require(latents.length, count);
        var values = oneByOne(decoder::apply, latents, count, latent, image);
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] / 2 + 0.5f;
        }
        return values;
    }

    @Override
    public void close() {
        encoder.close();
        decoder.close();
    }

    private static float[] oneByOne(
            BiFunction<float[], long[], float[]> network, float[] values, int count, LatentShape from, LatentShape to) {
        var results = new float[count * to.size()];
        for (int i = 0; i < count; i++) {
            var own = Arrays.copyOfRange(values, i * from.size(), (i + 1) * from.size());
            System.arraycopy(network.apply(own, from.batch(1)), 0, results, i * to.size(), to.size());
        }
        return results;
    }
}
