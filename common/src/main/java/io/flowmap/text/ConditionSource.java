package io.flowmap.text;

import io.flowmap.codec.TextEncoder;
import java.io.Serializable;

/**
 * The files that turn captions into a condition of FLUX.1.
 *
 * @param weights folder or file of the encoder
 * @param tokenizer its {@code tokenizer.json} or the folder of it, null for the one beside the encoder
 * @param maxTokens number of tokens of every caption: longer captions are cut, shorter ones padded
 */
public record ConditionSource(TextEncoder.Kind kind, String weights, String tokenizer, int maxTokens)
        implements Serializable {
    public ConditionSource {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("expected at least 1 token, got " + maxTokens);
        }
    }

    /** Name of the condition in the data: {@code text} of T5, {@code pooled} of CLIP. */
    public String condition() {
        return kind == TextEncoder.Kind.T5 ? "text" : "pooled";
    }

    /** The setting that names the encoder, for messages. */
    public String setting() {
        return "ingest.captions.encoder." + (kind == TextEncoder.Kind.T5 ? "t5" : "clip");
    }
}
