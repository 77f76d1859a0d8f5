package io.flowmap.checkpoint.flux;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * Layouts of LoRA files for FLUX: how the tensors of a layer's adapter are named, and whether layers are BFL's or diffusers'. The first
 * layout that recognises the names of a file is the file's.
 */
public enum LoraLayout {
    /** sd-scripts by kohya: BFL's layers with underscores, and a tensor alpha. */
    KOHYA(true) {
        @Override
        boolean recognises(String key) {
            return key.endsWith(".lora_down.weight");
        }

        @Override
        String key(String module, Role role) {
            var name = "lora_unet_" + module.replace('.', '_');
            return switch (role) {
                case A -> name + ".lora_down.weight";
                case B -> name + ".lora_up.weight";
                case ALPHA -> name + ".alpha";
                case BIAS -> null;
            };
        }
    },
    /** XLabs: attention of double blocks; of single blocks q, k, v and the layer that leaves. Scale 1. */
    XLABS(true) {
        @Override
        boolean recognises(String key) {
            return key.contains(".processor.");
        }

        @Override
        String key(String module, Role role) {
            var attention = ATTENTION.matcher(module);
            var single = SINGLE.matcher(module);
            String name;
            if (attention.matches()) {
                name = attention.group(1) + ".processor." + attention.group(3) + "_lora"
                        + (attention.group(2).equals("img") ? 1 : 2);
            } else if (single.matches()) {
                name = single.group(1) + ".processor." + (single.group(2).equals("1") ? "qkv_lora" : "proj_lora");
            } else {
                return null;
            }
            return switch (role) {
                case A -> name + ".down.weight";
                case B -> name + ".up.weight";
                case ALPHA, BIAS -> null;
            };
        }

        /** Of the first layer of a single block it adapts q, k and v alone. */
        @Override
        long rows(FluxModule module) {
            return module.parts().size() == 4 ? module.parts().get(3).from() : module.rows();
        }
    },
    /** BFL's control networks: any linear layer with a bias, and scales of norms that replace those of the base. Scale 1. */
    BFL(true) {
        @Override
        boolean recognises(String key) {
            return BFL_KEY.matcher(key).matches();
        }

        @Override
        String key(String module, Role role) {
            return role == Role.ALPHA ? null : module + PEFT_ENDS[role.ordinal()];
        }

        @Override
        String normKey(String tensor) {
            return tensor;
        }
    },
    /** A folder of PEFT: diffusers' layers; rank and alpha in adapter_config.json. */
    PEFT(false) {
        @Override
        boolean recognises(String key) {
            return key.startsWith(PEFT_PREFIX);
        }

        @Override
        String key(String module, Role role) {
            return role == Role.ALPHA ? null : PEFT_PREFIX + module + PEFT_ENDS[role.ordinal()];
        }
    },
    /** Early diffusers: its layers, up and down. */
    DIFFUSERS_OLDER(false) {
        @Override
        boolean recognises(String key) {
            return key.endsWith(".lora.down.weight");
        }

        @Override
        String key(String module, Role role) {
            var name = DIFFUSERS_PREFIX + module;
            return switch (role) {
                case A -> name + ".lora.down.weight";
                case B -> name + ".lora.up.weight";
                case ALPHA -> name + ".alpha";
                case BIAS -> null;
            };
        }
    },
    /** diffusers: its layers; rank and alpha in the header's lora_adapter_metadata or in a tensor. */
    DIFFUSERS(false) {
        @Override
        boolean recognises(String key) {
            return key.startsWith(DIFFUSERS_PREFIX);
        }

        @Override
        String key(String module, Role role) {
            return DIFFUSERS_PREFIX + module + PEFT_ENDS[role.ordinal()];
        }

        @Override
        String normKey(String tensor) {
            return DIFFUSERS_PREFIX + tensor;
        }
    };

    private static final String DIFFUSERS_PREFIX = "transformer.";
    private static final String PEFT_PREFIX = "base_model.model.";
    private static final String[] PEFT_ENDS = {".lora_A.weight", ".lora_B.weight", ".alpha", ".lora_B.bias"};
    private static final Pattern ATTENTION = Pattern.compile("(double_blocks\\.\\d+)\\.(img|txt)_attn\\.(qkv|proj)");
    private static final Pattern SINGLE = Pattern.compile("(single_blocks\\.\\d+)\\.linear([12])");
    private static final Pattern BFL_KEY = Pattern.compile(
            "(double_blocks|single_blocks|img_in|txt_in|time_in|vector_in|guidance_in|final_layer)\\.(.*\\.)?lora_A\\.weight");

    private final boolean fused;

    LoraLayout(boolean fused) {
        this.fused = fused;
    }

    /** Tensors of an adapter. */
    enum Role {
        A,
        B,
        ALPHA,
        BIAS
    }

    /** The layout of a file with these names; null if none of its names is known. */
    public static LoraLayout of(Set<String> keys) {
        for (var layout : values()) {
            if (keys.stream().anyMatch(layout::recognises)) {
                return layout;
            }
        }
        return null;
    }

    /** Whether adapters are those of BFL's layers, which join several of diffusers'. */
    boolean fused() {
        return fused;
    }

    abstract boolean recognises(String key);

    /** Name of a tensor of a layer's adapter; null if the layout has none. */
    abstract String key(String module, Role role);

    /** Name of a norm's scales; null if the layout has none. */
    String normKey(String tensor) {
        return null;
    }

    /** Number of rows of B for a layer of BFL's; they are the layer's first ones. */
    long rows(FluxModule module) {
        return module.rows();
    }
}
