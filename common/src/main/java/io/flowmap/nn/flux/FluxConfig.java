package io.flowmap.nn.flux;

import io.flowmap.model.NetworkConfig;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Network;
import java.util.Arrays;
import java.util.List;

/**
 * Size of FLUX's transformer, with the names of its constructor. Channels of the latents, length and width of the text tokens and width of
 * the pooled text come from the data.
 *
 * @param hiddenSize width h of the tokens
 * @param numHeads attention heads
 * @param depth double blocks, in which text and image have weights of their own
 * @param depthSingleBlocks single blocks, on text and image together
 * @param axesDim channels of a head that are rotated by each of a token's three positions: FLUX.1's first is constant, then row and column
 * @param theta base of the rotary frequencies
 * @param mlpRatio hidden width of the MLPs divided by h
 * @param patchSize side of the square of latent pixels that is a token, 2 in FLUX.1; manifests of earlier versions lack it
 * @param guidanceEmbed whether the guidance weight is an input, as in FLUX.1-dev; FLUX.1-schnell has none
 */
public record FluxConfig(
        int hiddenSize,
        int numHeads,
        int depth,
        int depthSingleBlocks,
        List<Integer> axesDim,
        double theta,
        double mlpRatio,
        int patchSize,
        boolean guidanceEmbed)
        implements NetworkConfig {
    private static final int AXES = 3;
    /** FLUX.1's patch size. */
    static final int PATCH = 2;

    public FluxConfig {
        axesDim = List.copyOf(axesDim);
        patchSize = patchSize == 0 ? PATCH : patchSize;
        require(numHeads > 0, "num-heads", "a positive number", numHeads);
        require(
                hiddenSize > 0 && hiddenSize % numHeads == 0,
                "hidden-size",
                "a positive multiple of num-heads = " + numHeads,
                hiddenSize);
        require(depth >= 0, "depth", "0 or more", depth);
        require(depthSingleBlocks >= 0, "depth-single-blocks", "0 or more", depthSingleBlocks);
        int perHead = hiddenSize / numHeads;
        require(
                axesDim.size() == AXES
                        && axesDim.stream().allMatch(d -> d > 0 && d % 2 == 0)
                        && axesDim.stream().mapToInt(d -> d).sum() == perHead,
                "axes-dim",
                AXES + " positive even numbers with sum hidden-size / num-heads = " + perHead,
                axesDim);
        require(theta > 1 && Double.isFinite(theta), "theta", "a number above 1", theta);
        require(patchSize > 0, "patch-size", "a positive number", patchSize);
        require(mlpRatio > 0 && hiddenSize * mlpRatio >= 1, "mlp-ratio", "a positive number", mlpRatio);
    }

    private static void require(boolean holds, String key, String expected, Object got) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "cannot build a FLUX transformer: expected " + key + " to be " + expected + ", got " + got);
        }
    }

    @Override
    public Network network(long[] sample, ConditionShape condition, boolean flowMap) {
        return new Transformer(this, sample, condition, flowMap);
    }

    /**
     * Throws {@link IllegalArgumentException} unless samples are latents of whole patches, conditioned on words, or on text tokens and a
     * pooled text.
     */
    void requireFits(long[] sample, ConditionShape condition) {
        require(
                sample.length == 3 && sample[1] % patchSize == 0 && sample[2] % patchSize == 0,
                "samples",
                "latents [C,H,W] with sides divisible by patch-size = " + patchSize,
                Arrays.toString(sample));
        if (condition.has(ConditionShape.WORDS)) {
            return;
        }
        requireRank(condition, Transformer.TEXT, 2, "[tokens, width]");
        requireRank(condition, Transformer.POOLED, 1, "[width]");
    }

    private static void requireRank(ConditionShape condition, String name, int rank, String shape) {
        var found = condition.arrays().get(name);
        require(
                found != null && found.size() == rank,
                "the data's condition " + name,
                "of shape " + shape,
                found == null ? condition : found);
    }

    int headSize() {
        return hiddenSize / numHeads;
    }

    long mlpSize() {
        return (long) (hiddenSize * mlpRatio);
    }
}
