package io.flowmap.nn.vae;

import io.flowmap.checkpoint.foreign.ConfigFile;
import io.flowmap.config.UserError;
import java.util.Arrays;

/**
 * Sizes of an {@link Autoencoder}.
 *
 * @param width channels of the first level
 * @param multipliers channels of each level over {@code width}, from the image on; every level but the first halves the side
 * @param blocks residual blocks of a level of the encoder; the decoder has one more
 * @param latents channels of a latent
 * @param groups groups of the group normalisations
 * @param scale factor of the latents that other networks see: z = scale (mean - shift)
 * @param shift offset of the latents, see {@code scale}
 */
public record AutoencoderConfig(
        int width, int[] multipliers, int blocks, int latents, int groups, double scale, double shift) {
    /** The autoencoder of FLUX.1 (BFL's {@code ae.safetensors}, which has no configuration of its own). */
    public static final AutoencoderConfig FLUX =
            new AutoencoderConfig(128, new int[] {1, 2, 4, 4}, 2, 16, 32, 0.3611, 0.1159);

    /** Largest number of levels: latents of 1/128 of the image's side. */
    private static final int MOST_LEVELS = 8;

    public AutoencoderConfig {
        if (multipliers.length < 1 || multipliers.length > MOST_LEVELS) {
            throw new IllegalArgumentException(
                    "expected 1 to " + MOST_LEVELS + " levels, got " + Arrays.toString(multipliers));
        }
        for (int multiplier : multipliers) {
            if (Math.multiplyExact(width, multiplier) % groups != 0) {
                throw new IllegalArgumentException(
                        "expected channels that are multiples of " + groups + " groups, got " + width * multiplier);
            }
        }
    }

    /** Reads diffusers' {@code config.json}. Throws {@link UserError} for an autoencoder of another kind. */
    public static AutoencoderConfig of(ConfigFile file) {
        file.require("_class_name", "AutoencoderKL", "AutoencoderKL");
        file.require("in_channels", Autoencoder.COLOURS, Autoencoder.COLOURS);
        file.require("out_channels", Autoencoder.COLOURS, Autoencoder.COLOURS);
        file.require("act_fn", "silu", "silu");
        file.require("use_quant_conv", false, true);
        file.require("use_post_quant_conv", false, true);
        file.require("mid_block_add_attention", true, true);
        for (var kind : new String[] {"DownEncoderBlock2D", "UpDecoderBlock2D"}) {
            var key = kind.startsWith("Down") ? "down_block_types" : "up_block_types";
            for (var type : file.values().path(key)) {
                if (!type.asText().equals(kind)) {
                    throw file.mistake(key, kind, type);
                }
            }
        }
        int[] channels = file.counts("block_out_channels");
        var multipliers = new int[channels.length];
        for (int i = 0; i < channels.length; i++) {
            multipliers[i] = channels[i] / channels[0];
            if (channels[i] % channels[0] != 0) {
                throw file.mistake(
                        "block_out_channels",
                        "multiples of the first number",
                        file.values().get("block_out_channels"));
            }
        }
        try {
            return new AutoencoderConfig(
                    channels[0],
                    multipliers,
                    file.count("layers_per_block"),
                    file.count("latent_channels"),
                    file.count("norm_num_groups"),
                    file.positive("scaling_factor"),
                    file.number("shift_factor"));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new UserError("cannot read " + file.name() + ": " + e.getMessage(), e);
        }
    }

    /** Side of an image divided by the side of its latent. */
    public int factor() {
        return 1 << levels() - 1;
    }

    int levels() {
        return multipliers.length;
    }

    /** Channels of a level. */
    int channels(int level) {
        return width * multipliers[level];
    }
}
