package io.flowmap.ingest.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.flowmap.codec.OnnxSession;
import io.flowmap.config.UserError;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.FileKind;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import io.flowmap.tensor.DType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Computes tokens and embeddings of captions. Not thread-safe: use one instance for each task. */
public final class CaptionEncoder implements AutoCloseable {
    private static final String IDS = "input_ids";
    private static final String MASK = "attention_mask";

    private final TextSource source;
    private final HuggingFaceTokenizer tokenizer;
    private final String tokenizerHash;
    private final OnnxSession model;

    private CaptionEncoder(TextSource source, HuggingFaceTokenizer tokenizer, String tokenizerHash, OnnxSession model) {
        this.source = source;
        this.tokenizer = tokenizer;
        this.tokenizerHash = tokenizerHash;
        this.model = model;
    }

    /**
     * An encoded caption as it is stored.
     *
     * @param tokens int32, little endian
     * @param embedding embedding in the source's element type, null without an encoder
     */
    public record Encoded(byte[] tokens, byte[] embedding) {}

    /**
     * Facts about the stored captions, for the manifest.
     *
     * @param tokens number of tokens of every caption
     * @param encoderSha256 hash of the encoder; without an encoder this and the remaining components are null
     * @param embeddingShape shape of one caption's embedding
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Facts(
            String tokenizerSha256, int tokens, String encoderSha256, long[] embeddingShape, DType embeddingDtype) {}

    /** Opens the tokenizer and the encoder of a non-empty source. Throws {@link UserError} if a file cannot be read. */
    public static CaptionEncoder open(Configuration hadoop, TextSource source) {
        var file = new Path(source.tokenizer());
        byte[] bytes = bytes(hadoop, file);
        try {
            var options = Map.of(
                    "truncation", "true", "padding", "max_length", "maxLength", Integer.toString(source.maxTokens()));
            var tokenizer = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), options);
            return new CaptionEncoder(source, tokenizer, Sha256.of(bytes), model(hadoop, source));
        } catch (UserError | UncheckedIOException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            var kind = FileKind.of(Arrays.copyOf(bytes, Math.min(bytes.length, FileKind.BEGIN)));
            throw new UserError(
                    "cannot read " + file + ": expected a tokenizer.json of Hugging Face, got " + kind + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private static byte[] bytes(Configuration hadoop, Path file) {
        return AtomicFile.read(Store.of(hadoop, file), file);
    }

    /** Facts about the stored captions. */
    public Facts facts() {
        if (model == null) {
            return new Facts(tokenizerHash, source.maxTokens(), null, null, null);
        }
        long[] shape = embed(List.of(tokenizer.encode(""))).shape();
        return new Facts(
                tokenizerHash,
                source.maxTokens(),
                model.hash(),
                Arrays.copyOfRange(shape, 1, shape.length),
                source.dtype());
    }

    /** Encodes captions in one pass of the encoder. */
    public List<Encoded> encode(List<String> captions) {
        var encodings = captions.stream().map(tokenizer::encode).toList();
        if (model == null) {
            return encodings.stream()
                    .map(encoding -> new Encoded(bytes(encoding.getIds()), null))
                    .toList();
        }
        var values = embed(encodings).values();
        int size = values.length / captions.size();
        var encoded = new Encoded[captions.size()];
        for (int i = 0; i < encoded.length; i++) {
            var embedding = source.dtype().encode(Arrays.copyOfRange(values, i * size, (i + 1) * size));
            encoded[i] = new Encoded(bytes(encodings.get(i).getIds()), embedding);
        }
        return List.of(encoded);
    }

    @Override
    public void close() {
        tokenizer.close();
        if (model != null) {
            model.close();
        }
    }

    private OnnxSession.Values embed(List<ai.djl.huggingface.tokenizers.Encoding> encodings) {
        int length = source.maxTokens();
        var ids = new long[encodings.size() * length];
        var mask = new long[ids.length];
        for (int i = 0; i < encodings.size(); i++) {
            System.arraycopy(encodings.get(i).getIds(), 0, ids, i * length, length);
            System.arraycopy(encodings.get(i).getAttentionMask(), 0, mask, i * length, length);
        }
        var inputs = new HashMap<String, long[]>();
        inputs.put(IDS, ids);
        if (model.inputs().contains(MASK)) {
            inputs.put(MASK, mask);
        }
        var output = source.output() == null ? model.outputs().get(0) : source.output();
        var values = model.run(inputs, new long[] {encodings.size(), length}, output);
        if (values.shape().length < 2 || values.shape()[0] != encodings.size()) {
            throw new UserError("cannot embed captions: expected " + encodings.size() + " arrays as " + output
                    + " of the text encoder, got " + Arrays.toString(values.shape()));
        }
        return values;
    }

    private static OnnxSession model(Configuration hadoop, TextSource source) {
        return source.encoder() == null
                ? null
                : OnnxSession.open(hadoop, "an ONNX file of a text encoder", new Path(source.encoder()));
    }

    private static byte[] bytes(long[] tokens) {
        var buffer = ByteBuffer.allocate(tokens.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long token : tokens) {
            buffer.putInt(Math.toIntExact(token));
        }
        return buffer.array();
    }
}
