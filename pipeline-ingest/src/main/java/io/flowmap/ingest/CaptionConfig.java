package io.flowmap.ingest;

import com.fasterxml.jackson.annotation.JsonProperty;
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
        Store store,
        String output,
        String dtype) {
    CaptionConfig {
        from = List.copyOf(from);
    }

    /** What is stored of the conditions of texts. */
    enum Store {
        @JsonProperty("arrays")
        ARRAYS,
        /** Nothing: captions are encoded when they are needed. */
        @JsonProperty("none")
        NONE
    }

    /** Encoders of captions; any of them may be null. */
    record Encoders(String onnx, Condition t5, Condition clip, Words words) {}

    /** The words of the captions as a condition, none if {@code length} is 0. */
    record Words(int length, int leastCount, int most) {
        Words {
            if (length < 0 || leastCount < 1 || most < 1) {
                throw new IllegalArgumentException(
                        "expected captions.encoder.words with length >= 0, least-count >= 1 and most >= 1, got "
                                + length + ", " + leastCount + " and " + most);
            }
        }
    }

    /** An encoder of a condition, none if {@code weights} is null. */
    record Condition(String weights, String tokenizer, int maxTokens) {
        private void addTo(List<ConditionSource> sources, TextEncoder.Kind kind) {
            if (weights != null) {
                sources.add(new ConditionSource(kind, weights, tokenizer, maxTokens));
            }
        }
    }

    /** Whether there are captions to tokenize and encode, if that is asked for: some are read, or {@code drawn} with the records. */
    boolean isFitFor(boolean drawn) {
        boolean used = encoder.words().length() > 0 || !source().isEmpty();
        return !from.isEmpty() || drawn || !used;
    }

    /** Whether a record without a caption is quarantined. */
    boolean refusesNone() {
        return required && !from.isEmpty();
    }

    /** The configured files; without words, which the captions give. */
    TextSource source() {
        var conditions = new ArrayList<ConditionSource>();
        encoder.t5().addTo(conditions, TextEncoder.Kind.T5);
        encoder.clip().addTo(conditions, TextEncoder.Kind.CLIP);
        return new TextSource(tokenizer, maxTokens, encoder.onnx(), output, DType.of(dtype), conditions, null);
    }
}
