package io.flowmap.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.flowmap.codec.TextEncoder;
import io.flowmap.config.UserError;
import io.flowmap.data.DataFacts;
import io.flowmap.tensor.DType;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Turns captions into a condition of FLUX.1. Not thread-safe: use one instance for each task. */
final class ConditionEncoder implements AutoCloseable {
    private final ConditionSource source;
    private final DType dtype;
    private final TextEncoder encoder;
    private final HuggingFaceTokenizer tokenizer;
    private final String tokenizerHash;

    private ConditionEncoder(
            ConditionSource source, DType dtype, TextEncoder encoder, HuggingFaceTokenizer tokenizer, String hash) {
        this.source = source;
        this.dtype = dtype;
        this.encoder = encoder;
        this.tokenizer = tokenizer;
        this.tokenizerHash = hash;
    }

    /**
     * A caption as it is stored.
     *
     * @param tokens tokens with padding
     * @param values of the condition, in its element type
     */
    record Encoded(long[] tokens, byte[] values) {}

    /**
     * Facts about a condition, for the manifest.
     *
     * @param tokens number of tokens of every caption
     */
    record Facts(String tokenizerSha256, int tokens, String encoderSha256) {}

    /** Opens the encoder and its tokenizer. Throws {@link UserError} if a file cannot be read or does not fit. */
    static ConditionEncoder open(Configuration hadoop, ConditionSource source, DType dtype) {
        var file = TokenizerFile.of(hadoop, source);
        var tokenizer = file.open(source.maxTokens(), false);
        var encoder = TextEncoder.open(hadoop, source.kind(), new Path(source.weights()));
        encoder.shape(source.maxTokens());
        if (file.largestToken() >= encoder.vocabulary()) {
            throw new UserError("cannot use the tokenizer " + file.file() + " for " + source.setting()
                    + ": expected tokens below " + encoder.vocabulary() + ", those of the encoder, got "
                    + file.largestToken());
        }
        return new ConditionEncoder(source, dtype, encoder, tokenizer, file.hash());
    }

    ConditionSource source() {
        return source;
    }

    Facts facts() {
        return new Facts(tokenizerHash, source.maxTokens(), encoder.hash());
    }

    /** Shape and element type of the condition. */
    DataFacts.ArrayFacts array() {
        return new DataFacts.ArrayFacts(encoder.shape(source.maxTokens()), dtype);
    }

    /** Encodes a caption; null counts as an empty one. */
    Encoded encode(String caption) {
        var found = tokenizer.encode(caption == null ? "" : caption).getIds();
        if (found.length == 0) {
            throw new UserError(
                    "cannot encode captions: expected a tokenizer that ends each caption with a token of its"
                            + " own, as " + source.kind().words() + " needs it, got none for " + source.setting());
        }
        var tokens = encoder.padded(found, source.maxTokens());
        return new Encoded(tokens, dtype.encode(encoder.encode(tokens)));
    }

    @Override
    public void close() {
        tokenizer.close();
        encoder.close();
    }
}
