package io.flowmap.nn.vae;

import java.util.Map;
import java.util.regex.Pattern;

/** Names of an {@link Autoencoder}'s arrays in diffusers' layout. */
public final class AutoencoderNames {
    private static final Pattern LEVEL = Pattern.compile(
            "(encoder\\.down|decoder\\.up)_blocks\\.(\\d{1,3})\\.(resnets|downsamplers|upsamplers)\\.(\\d+)\\.(.+)");
    private static final Pattern MIDDLE =
            Pattern.compile("((?:en|de)coder\\.mid)_block\\.(resnets|attentions)\\.([01])\\.(.+)");

    /** Modules whose name differs, by diffusers' name. */
    private static final Map<String, String> MODULES = Map.of(
            "conv_shortcut", "nin_shortcut",
            "group_norm", "norm",
            "to_q", "q",
            "to_k", "k",
            "to_v", "v",
            "to_out.0", "proj_out",
            "encoder.conv_norm_out", "encoder.norm_out",
            "decoder.conv_norm_out", "decoder.norm_out");

    private AutoencoderNames() {}

    /**
     * BFL's name of an array: diffusers' name translated, any other name as it is.
     *
     * @param levels number of levels; diffusers counts those of the decoder from the latent on, BFL from the image on
     */
    public static String bfl(String name, int levels) {
        var level = LEVEL.matcher(name);
        if (level.matches()) {
            boolean up = level.group(1).endsWith("up");
            int number = Integer.parseInt(level.group(2));
            var kind = level.group(3);
            var prefix = level.group(1) + "." + (up ? levels - 1 - number : number);
            return switch (kind) {
                case "resnets" -> prefix + ".block." + level.group(4) + "." + module(level.group(5));
                case "downsamplers" -> prefix + ".downsample." + level.group(5);
                default -> prefix + ".upsample." + level.group(5);
            };
        }
        var middle = MIDDLE.matcher(name);
        if (middle.matches()) {
            int number = Integer.parseInt(middle.group(3)) + 1;
            var kind = middle.group(2).equals("resnets") ? ".block_" : ".attn_";
            return middle.group(1) + kind + number + "." + module(middle.group(4));
        }
        return module(name);
    }

    /** Translates the module in "module.weight" or "module.bias". */
    private static String module(String name) {
        int dot = name.lastIndexOf('.');
        var module = dot < 0 ? name : name.substring(0, dot);
        return dot < 0 ? name : MODULES.getOrDefault(module, module) + name.substring(dot);
    }
}
