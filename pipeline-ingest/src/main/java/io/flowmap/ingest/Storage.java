package io.flowmap.ingest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowmap.config.UserError;
import io.flowmap.data.Encoder;
import io.flowmap.data.PixelEncoder;
import io.flowmap.ingest.write.PixelTable;
import io.flowmap.tensor.DType;
import java.util.Locale;

/** Element type of the stored latents, as configured. */
enum Storage {
    /** float16 if it represents every pixel value exactly, else float32. Always float32 for latents of a codec. */
    @JsonProperty("auto")
    AUTO,
    @JsonProperty("float16")
    FLOAT16,
    @JsonProperty("float32")
    FLOAT32;

    /** The type to use. Throws {@link UserError} if the configured type would lose pixel values. */
    DType chosen(Encoder encoder, int channels) {
        return encoder instanceof PixelEncoder pixels
                ? chosen(pixels, channels)
                : this == FLOAT16 ? DType.FLOAT16 : DType.FLOAT32;
    }

    private DType chosen(PixelEncoder encoder, int channels) {
        if (this != FLOAT32 && new PixelTable(encoder, DType.FLOAT16, channels).isExact()) {
            return DType.FLOAT16;
        }
        if (this == FLOAT16 || !new PixelTable(encoder, DType.FLOAT32, channels).isExact()) {
            throw new UserError("cannot store pixels by " + encoder + " in " + name().toLowerCase(Locale.ROOT)
                    + ": expected every value 0..255 to be restored exactly, got rounding errors");
        }
        return DType.FLOAT32;
    }
}
