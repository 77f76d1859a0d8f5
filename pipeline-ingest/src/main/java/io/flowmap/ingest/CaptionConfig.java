package io.flowmap.ingest;

import io.flowmap.ingest.text.TextSource;
import io.flowmap.tensor.DType;
import java.util.List;

/** The section {@code ingest.captions}; {@code reference.conf} explains every key. */
record CaptionConfig(
        List<String> from,
        boolean required,
        String tokenizer,
        int maxTokens,
        String encoder,
        String output,
        String dtype) {
    CaptionConfig {
        from = List.copyOf(from);
        if (from.isEmpty() && tokenizer != null) {
            throw new IllegalArgumentException(
                    "expected captions.from to name the fields or files with captions, got nothing");
        }
        source(tokenizer, maxTokens, encoder, output, dtype);
    }

    TextSource source() {
        return source(tokenizer, maxTokens, encoder, output, dtype);
    }

    /** Whether a record without a caption is quarantined. */
    boolean refusesNone() {
        return required && !from.isEmpty();
    }

    private static TextSource source(String tokenizer, int maxTokens, String encoder, String output, String dtype) {
        return new TextSource(tokenizer, maxTokens, encoder, output, DType.of(dtype));
    }
}
