package io.flowmap.codec;

import io.flowmap.config.UserError;
import io.flowmap.data.CodecFiles;
import io.flowmap.data.LatentShape;
import io.flowmap.file.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * An autoencoder from two ONNX files. Each network has one input, and its first output is used. The encoder maps images [N,3,H,W] to
 * latents [N,c,h,w] or to mean and std [N,2c,h,w]; the decoder maps latents to images.
 */
final class OnnxCodec implements LatentCodec {
    private static final int COLOURS = 3;
    private static final float WHITE = 255;
    private static final int RANK = 4;

    private final OnnxSession encoder;
    private final OnnxSession decoder;
    private final boolean signed;

    private OnnxCodec(OnnxSession encoder, OnnxSession decoder, boolean signed) {
        this.encoder = encoder;
        this.decoder = decoder;
        this.signed = signed;
    }

    static OnnxCodec open(Configuration hadoop, CodecFiles files) {
        return new OnnxCodec(
                model(hadoop, "an ONNX file of a latent encoder", files.encoder()),
                model(hadoop, "an ONNX file of a latent decoder", files.decoder()),
                files.signed());
    }

    @Override
    public String name() {
        return "ONNX";
    }

    @Override
    public String hash() {
        var hashes = (encoder == null ? "" : encoder.hash()) + (decoder == null ? "" : decoder.hash());
        return Sha256.of(hashes.getBytes(StandardCharsets.US_ASCII));
    }

    /** Shape of the latents, found by encoding a black image. */
    @Override
    public LatentShape latent(LatentShape image) {
        return shape(encoded(new byte[image.size()], 1, image));
    }

    @Override
    public LatentShape image(LatentShape latent) {
        return shape(decoded(new float[latent.size()], 1, latent));
    }

    @Override
    public float[] encode(byte[] pixels, int count, LatentShape image) {
        return encoded(pixels, count, image).values();
    }

    @Override
    public float[] decode(float[] latents, int count, LatentShape latent) {
        var values = decoded(latents, count, latent).values();
        for (int i = 0; signed && i < values.length; i++) {
            values[i] = values[i] / 2 + 0.5f;
        }
        return values;
    }

    @Override
    public void close() {
        if (encoder != null) {
            encoder.close();
        }
        if (decoder != null) {
            decoder.close();
        }
    }

    private OnnxSession.Values encoded(byte[] pixels, int count, LatentShape image) {
        if (image.channels() != COLOURS) {
            throw new IllegalArgumentException("expected images of 3 channels, got " + image);
        }
        var values = new float[pixels.length];
        for (int i = 0; i < values.length; i++) {
            float unit = (pixels[i] & 0xff) / WHITE;
            values[i] = signed ? 2 * unit - 1 : unit;
        }
        return run(encoder, "encoder", values, count, image);
    }

    private OnnxSession.Values decoded(float[] latents, int count, LatentShape latent) {
        var images = run(decoder, "decoder", latents, count, latent);
        if (images.shape()[1] != COLOURS) {
            throw new UserError("cannot decode latents: expected the decoder to return images of 3 channels, got "
                    + Arrays.toString(images.shape()));
        }
        return images;
    }

    private static OnnxSession.Values run(
            OnnxSession model, String role, float[] values, int count, LatentShape shape) {
        if (model == null) {
            throw new UserError("cannot use the codec: expected ingest.codec." + role + ", got none");
        }
        long[] input = {count, shape.channels(), shape.height(), shape.width()};
        var output =
                model.run(model.inputs().get(0), input, values, model.outputs().get(0));
        if (output.shape().length != RANK || output.shape()[0] != count) {
            throw new UserError("cannot use the codec's " + role + ": expected " + count + " arrays of rank 3, got "
                    + Arrays.toString(output.shape()));
        }
        return output;
    }

    private static LatentShape shape(OnnxSession.Values values) {
        long[] shape = values.shape();
        return new LatentShape(Math.toIntExact(shape[1]), Math.toIntExact(shape[2]), Math.toIntExact(shape[3]));
    }

    private static OnnxSession model(Configuration hadoop, String network, String file) {
        return file == null ? null : OnnxSession.open(hadoop, network, new Path(file));
    }
}
