package io.flowmap.checkpoint.flux;

import java.io.Serializable;

/**
 * Sizes of FLUX's transformer that the shapes of its tensors tell. The hidden size of its MLPs is always four times that of the tokens, as
 * in diffusers' code.
 *
 * @param inChannels numbers of an image token that enters, 64; more for networks with further images (Canny and Depth 128, Fill 384)
 * @param outChannels numbers of an image token that leaves
 * @param hidden numbers of a token inside
 * @param headSize numbers of a head's query
 * @param context numbers of a text token
 * @param pooled numbers of the pooled text
 * @param depth number of double blocks
 * @param singleDepth number of single blocks
 * @param guidance whether it takes a distilled guidance weight (dev does, schnell does not)
 */
public record FluxSizes(
        long inChannels,
        long outChannels,
        long hidden,
        long headSize,
        long context,
        long pooled,
        int depth,
        int singleDepth,
        boolean guidance)
        implements Serializable {
    /** Largest number of inputs or outputs. */
    private static final long MOST = 1 << 20;

    public FluxSizes {
        for (long size : new long[] {inChannels, outChannels, hidden, headSize, context, pooled}) {
            if (size < 1 || size > MOST) {
                throw new IllegalArgumentException("expected sizes of 1 to " + MOST + ", got " + size);
            }
        }
        if (hidden % headSize != 0) {
            throw new IllegalArgumentException(
                    "expected a hidden size that heads of " + headSize + " divide, got " + hidden);
        }
        if (depth + singleDepth < 1) {
            throw new IllegalArgumentException("expected at least one block, got none");
        }
    }

    /** Number of heads. */
    public long heads() {
        return hidden / headSize;
    }

    /** The same sizes with another number of channels that enter. */
    FluxSizes withInChannels(long channels) {
        return new FluxSizes(channels, outChannels, hidden, headSize, context, pooled, depth, singleDepth, guidance);
    }
}
