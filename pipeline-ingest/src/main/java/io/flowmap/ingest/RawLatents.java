package io.flowmap.ingest;

import io.flowmap.codec.CodecSource;
import io.flowmap.config.UserError;
import io.flowmap.data.CodecFiles;
import io.flowmap.data.LatentShape;
import io.flowmap.stage.JobContext;

/**
 * The latents of a dataset before they are standardised.
 *
 * @param raw their shape, mean and std of a channel counted as two channels
 * @param latent their shape without the stds
 * @param factor side of an image over theirs, 1 without a codec
 */
record RawLatents(LatentShape raw, LatentShape latent, int factor) {
    /**
     * Of a staged shape, as settings and files say. Without configured means a raw latent has no std, as there is no telling.
     * Throws {@link UserError} if the channels do not fit the configured ones.
     */
    static RawLatents of(JobContext context, IngestConfig settings, LatentShape staged) {
        var files = settings.codec().files();
        boolean images = settings.encoder() == IngestConfig.EncoderKind.CODEC;
        var raw = images ? encoded(context, files, staged) : staged;
        int channels = settings.codec().mean().isEmpty()
                ? raw.channels()
                : settings.codec().mean().size();
        if (raw.channels() != channels && raw.channels() != 2 * channels) {
            throw new UserError("cannot standardise latents of " + raw + ": expected ingest.codec.mean of "
                    + raw.channels() + " channels, or of half as many with their stds, got " + channels);
        }
        var latent = new LatentShape(channels, raw.height(), raw.width());
        return new RawLatents(raw, latent, factor(context, files, images ? staged : null, latent));
    }

    private static LatentShape encoded(JobContext context, CodecFiles files, LatentShape image) {
        try (var codec = CodecSource.open(context.hadoop(), files)) {
            return codec.latent(image);
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot encode images: " + e.getMessage(), e);
        }
    }

    private static int factor(JobContext context, CodecFiles files, LatentShape image, LatentShape latent) {
        if (image != null) {
            return image.height() / latent.height();
        }
        if (files == null || files.decoder() == null) {
            return 1;
        }
        try (var codec = CodecSource.open(context.hadoop(), files)) {
            return codec.image(latent).height() / latent.height();
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot decode latents: " + e.getMessage(), e);
        }
    }
}
