package io.flowmap.text;

import io.flowmap.tensor.DType;
import java.io.Serializable;
import java.util.List;

/**
 * The files that produce tokens and embeddings of captions.
 *
 * @param tokenizer a Hugging Face {@code tokenizer.json}, null for no tokens
 * @param maxTokens number of tokens of every caption: longer captions are cut, shorter ones padded
 * @param encoder an ONNX text encoder, null for no embeddings
 * @param output name of the encoder's output, null for the first
 * @param dtype element type of the stored embeddings and conditions
 * @param conditions encoders of FLUX.1's conditions
 * @param vocabulary words of the captions, null for none
 */
public record TextSource(
        String tokenizer,
        int maxTokens,
        String encoder,
        String output,
        DType dtype,
        List<ConditionSource> conditions,
        Vocabulary vocabulary)
        implements Serializable {
    public TextSource {
        conditions = List.copyOf(conditions);
        if (maxTokens < 1) {
            throw new IllegalArgumentException("expected at least 1 token, got " + maxTokens);
        }
        if (encoder != null && tokenizer == null) {
            throw new IllegalArgumentException(
                    "expected captions.tokenizer with the text encoder captions.encoder.onnx, got none");
        }
    }

    /** Whether there are neither tokens nor embeddings nor conditions. */
    public boolean isEmpty() {
        return tokenizer == null && conditions.isEmpty() && vocabulary == null;
    }

    /** The files without the encoders of conditions: what is stored with each record. */
    public TextSource inline() {
        return new TextSource(tokenizer, maxTokens, encoder, output, dtype, List.of(), vocabulary);
    }

    /** The encoders of conditions alone: what is stored once for each text. */
    public TextSource shared() {
        return new TextSource(null, 1, null, null, dtype, conditions, null);
    }

    /** The same files, and these words. */
    public TextSource with(Vocabulary words) {
        return new TextSource(tokenizer, maxTokens, encoder, output, dtype, conditions, words);
    }
}
