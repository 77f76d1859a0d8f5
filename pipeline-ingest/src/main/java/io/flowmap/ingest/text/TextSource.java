package io.flowmap.ingest.text;

import io.flowmap.tensor.DType;
import java.io.Serializable;

/**
 * What makes tokens and embeddings of captions, by its files.
 *
 * @param tokenizer a Hugging Face {@code tokenizer.json}, null for no tokens
 * @param maxTokens tokens of every caption: longer ones are cut, shorter ones padded
 * @param encoder an ONNX text encoder, null for no embeddings
 * @param output name of its output, null for the first
 * @param dtype of the stored embeddings
 */
public record TextSource(String tokenizer, int maxTokens, String encoder, String output, DType dtype)
        implements Serializable {
    public TextSource {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("expected at least 1 token, got " + maxTokens);
        }
        if (encoder != null && tokenizer == null) {
            throw new IllegalArgumentException("expected a tokenizer with the text encoder, got none");
        }
    }

    /** Whether there is nothing to do. */
    public boolean isEmpty() {
        return tokenizer == null;
    }
}
