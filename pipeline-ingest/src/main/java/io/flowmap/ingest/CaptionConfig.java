package io.flowmap.ingest;

import io.flowmap.codec.TextEncoder;
import io.flowmap.tensor.DType;
import io.flowmap.text.ConditionSource;
import io.flowmap.text.TextSource;
import java.util.ArrayList;
import java.util.List;

/** The section {@code ingest.captions}; {@code reference.conf} explains every key. */
record CaptionConfig(
        List<String> from,
        boolean required,
        String tokenizer,
        int maxTokens,
        Encoders encoder,
        String output,
        String dtype) {
    CaptionConfig {
        from = List.copyOf(from);
        if (from.isEmpty()
                && !source(tokenizer, maxTokens, encoder, output, dtype).isEmpty()) {
            throw new IllegalArgumentException(
                    "expected captions.from to name the fields or files with captions, got nothing");
        }
    }

    /** Encoders of captions; any of them may be null. */
    record Encoders(String onnx, Condition t5, Condition clip) {}

    /** An encoder of a condition, none if {@code weights} is null. */
    record Condition(String weights, String tokenizer, int maxTokens) {
        private void addTo(List<ConditionSource> sources, TextEncoder.Kind kind) {
            if (weights != null) {
                sources.add(new ConditionSource(kind, weights, tokenizer, maxTokens));
            }
        }
    }

    TextSource source() {
        return source(tokenizer, maxTokens, encoder, output, dtype);
    }

    /** Whether a record without a caption is quarantined. */
    boolean refusesNone() {
        return required && !from.isEmpty();
    }

    private static TextSource source(String tokenizer, int maxTokens, Encoders encoder, String output, String dtype) {
        var conditions = new ArrayList<ConditionSource>();
        encoder.t5().addTo(conditions, TextEncoder.Kind.T5);
        encoder.clip().addTo(conditions, TextEncoder.Kind.CLIP);
        return new TextSource(tokenizer, maxTokens, encoder.onnx(), output, DType.of(dtype), conditions);
    }
}
