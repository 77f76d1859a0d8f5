package io.flowmap.ingest;

import io.flowmap.codec.CodecSource;
import io.flowmap.config.UserError;
import io.flowmap.data.CodecFiles;
import io.flowmap.data.LatentShape;
import io.flowmap.stage.JobContext;

/**
 * Shapes of a dataset's latents before standardisation.
 *
 * @param raw shape of the raw latents; mean and std of a channel count as two channels
 * @param latent shape without the stds
 * @param factor side of an image divided by the side of its latent, 1 without a codec
 */
record RawLatents(LatentShape raw, LatentShape latent, int factor) {
    /**
     * Derives the shapes from the staged shape, the settings and the codec. Without configured means, raw latents are taken to have no
     * stds, because the number of channels alone does not tell. Throws {@link UserError} if the channels do not match the configured means.
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
                    + raw.channels() + " channels, or of half as many if the latents include stds, got " + channels);
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
