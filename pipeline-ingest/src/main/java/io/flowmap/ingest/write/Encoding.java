package io.flowmap.ingest.write;

import io.flowmap.codec.CodecSource;
import io.flowmap.codec.LatentCodec;
import io.flowmap.data.CodedLatents;
import io.flowmap.data.Encoder;
import io.flowmap.data.LatentShape;
import io.flowmap.data.PixelEncoder;
import io.flowmap.ingest.source.Payload;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.DType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * Converts staged content to latents.
 *
 * @param payload kind of the staged content
 * @param sampled whether latents with a std are drawn
 * @param seed seed of the draws, which are keyed by split and record
 * @param batch number of records encoded at once
 * @param dtype element type of the stored latents
 */
public record Encoding(Encoder encoder, Payload payload, boolean sampled, long seed, int batch, DType dtype)
        implements Serializable {
    private static final long DRAWS = 101;

    /**
     * Prepares the encoding for content of one shape.
     *
     * @param staged shape of uint8 images or float32 latents [C,H,W]
     * @param latent shape of the stored latents
     * @param split number of the split
     */
    Open open(Configuration hadoop, LatentShape staged, LatentShape latent, long split) {
        boolean coded = encoder instanceof CodedLatents && payload == Payload.IMAGE;
        var codec = coded ? CodecSource.open(hadoop, ((CodedLatents) encoder).codec()) : null;
        return new Open(this, staged, latent, codec, split);
    }

    /** An encoding that is in use by one task. */
    static final class Open implements AutoCloseable {
        private final Encoding encoding;
        private final LatentShape staged;
        private final LatentShape latent;
        private final LatentCodec codec;
        private final PixelTable pixels;
        private final long split;

        private Open(Encoding encoding, LatentShape staged, LatentShape latent, LatentCodec codec, long split) {
            this.encoding = encoding;
            this.staged = staged;
            this.latent = latent;
            this.codec = codec;
            this.pixels = encoding.encoder instanceof PixelEncoder encoder
                    ? new PixelTable(encoder, encoding.dtype, staged.channels())
                    : null;
            this.split = split;
        }

        /**
         * Encodes records to latents in their stored form.
         *
         * @param first index of the first record in the split, which keys the draws
         */
        List<byte[]> encode(List<byte[]> contents, long first) {
            if (pixels != null) {
                return contents.stream().map(pixels::encode).toList();
            }
            var coded = (CodedLatents) encoding.encoder;
            var raw = raw(contents);
            var latents = new ArrayList<byte[]>();
            var values = new float[latent.size()];
            for (int i = 0; i < raw.length; i++) {
                coded.standardise(raw[i], noise(first + i), values);
                latents.add(encoding.dtype.encode(values));
            }
            return latents;
        }

        /** Raw latents before standardisation: [C,H,W], or mean and std [2C,H,W]. */
        float[][] raw(List<byte[]> contents) {
            if (codec == null) {
                return contents.stream().map(DType.FLOAT32::decode).toArray(float[][]::new);
            }
            var pixels = new byte[contents.size() * staged.size()];
            for (int i = 0; i < contents.size(); i++) {
                System.arraycopy(contents.get(i), 0, pixels, i * staged.size(), staged.size());
            }
            var values = codec.encode(pixels, contents.size(), staged);
            int size = values.length / contents.size();
            var raw = new float[contents.size()][];
            for (int i = 0; i < raw.length; i++) {
                raw[i] = Arrays.copyOfRange(values, i * size, (i + 1) * size);
            }
            return raw;
        }

        @Override
        public void close() {
            if (codec != null) {
                codec.close();
            }
        }

        private float[] noise(long index) {
            if (!encoding.sampled) {
                return null;
            }
            var noise = new float[latent.size()];
            new CounterRandom(encoding.seed).gaussians(noise, 0, noise.length, DRAWS, split, index);
            return noise;
        }
    }
}
