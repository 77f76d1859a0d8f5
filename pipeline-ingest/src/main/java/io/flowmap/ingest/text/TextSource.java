package io.flowmap.ingest.text;

import io.flowmap.tensor.DType;
import java.io.Serializable;

/**
 * The files that produce tokens and embeddings of captions.
 *
 * @param tokenizer a Hugging Face {@code tokenizer.json}, null for no tokens
 * @param maxTokens number of tokens of every caption: longer captions are cut, shorter ones padded
 * @param encoder an ONNX text encoder, null for no embeddings
 * @param output name of the encoder's output, null for the first
 * @param dtype element type of the stored embeddings
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

    /** Whether neither tokens nor embeddings are configured. */
    public boolean isEmpty() {
        return tokenizer == null;
    }
}
