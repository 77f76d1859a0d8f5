package io.flowmap.ingest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowmap.data.Encoder;
import io.flowmap.data.LatentShape;
import io.flowmap.data.PixelEncoder;
import io.flowmap.job.UserError;
import io.flowmap.tensor.DType;
import java.util.Arrays;
import java.util.Locale;

/** Element type of the stored latents, as configured. */
enum Storage {
    /** float16 if every pixel value survives it, else float32, as for the latents of a codec. */
    @JsonProperty("auto")
    AUTO,
    @JsonProperty("float16")
    FLOAT16,
    @JsonProperty("float32")
    FLOAT32;

    private static final int SIDE = 16;

    /** The type to use. Throws {@link UserError} if the configured one would lose pixels. */
    DType chosen(Encoder encoder, int channels) {
        return encoder instanceof PixelEncoder pixels
                ? chosen(pixels, channels)
                : this == FLOAT16 ? DType.FLOAT16 : DType.FLOAT32;
    }

    private DType chosen(PixelEncoder encoder, int channels) {
        if (this != FLOAT32 && isExact(encoder, DType.FLOAT16, channels)) {
            return DType.FLOAT16;
        }
        if (this == FLOAT16 || !isExact(encoder, DType.FLOAT32, channels)) {
            throw new UserError("cannot store pixels by " + encoder + " in " + name().toLowerCase(Locale.ROOT)
                    + ": expected every value 0..255 back, got others");
        }
        return DType.FLOAT32;
    }

    /** Whether each of the 256 pixel values of each channel comes back from storage. */
    private static boolean isExact(PixelEncoder encoder, DType dtype, int channels) {
        var shape = new LatentShape(channels, SIDE, SIDE);
        byte[] pixels = new byte[shape.size()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) i;
        }
        float[] latent = new float[shape.size()];
        encoder.encode(pixels, latent, shape);
        byte[] back = new byte[shape.size()];
        encoder.decode(dtype.decode(dtype.encode(latent)), back, shape);
        return Arrays.equals(pixels, back);
    }
}
