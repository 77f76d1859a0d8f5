package io.flowmap.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.flowmap.codec.TextEncoder;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.FileKind;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A {@code tokenizer.json} of Hugging Face, read into memory.
 *
 * @param file place of the file, for messages
 */
public record TokenizerFile(Path file, byte[] bytes) implements Serializable {
    private static final String NAME = "tokenizer.json";
    private static final String SENTENCE_PIECE = "spiece.model";
    private static final String VOCABULARY = "vocab.json";
    private static final String MERGES = "merges.txt";

    /** Reads a file. Throws {@link UserError} if it cannot be read. */
    public static TokenizerFile read(Configuration hadoop, Path file) {
        return new TokenizerFile(file, AtomicFile.read(Store.of(hadoop, file), file));
    }

    /**
     * Finds the tokenizer of an encoder: the named file or folder, else in diffusers' folder beside the encoder's ({@code tokenizer_2} of
     * {@code text_encoder_2}), else in the encoder's own. CLIP's may also be in the older form of {@code vocab.json} and {@code merges.txt}.
     * Throws {@link UserError} that says what to do if there is none.
     */
    public static TokenizerFile of(Configuration hadoop, ConditionSource source) {
        var fileSystem = Store.of(hadoop, new Path(source.weights()));
        try {
            if (source.tokenizer() == null) {
                var folder = TextEncoder.folder(hadoop, source.kind(), new Path(source.weights()));
                var beside = new Path(folder.getParent(), folder.getName().replace("text_encoder", "tokenizer"));
                boolean own = beside.equals(folder) || !fileSystem.exists(beside);
                return inFolder(hadoop, source, own ? folder : beside);
            }
            var place = new Path(source.tokenizer());
            if (place.getName().equals(SENTENCE_PIECE)) {
                throw sentencePiece(place);
            }
            return Store.of(hadoop, place).getFileStatus(place).isDirectory()
                    ? inFolder(hadoop, source, place)
                    : read(hadoop, place);
        } catch (IOException e) {
            throw Store.failure("cannot read " + source.setting() + ".tokenizer " + source.tokenizer(), e);
        }
    }

    private static TokenizerFile inFolder(Configuration hadoop, ConditionSource source, Path folder)
            throws IOException {
        var fileSystem = Store.of(hadoop, folder);
        var file = new Path(folder, NAME);
        if (fileSystem.exists(file)) {
            return read(hadoop, file);
        }
        var vocabulary = new Path(folder, VOCABULARY);
        var merges = new Path(folder, MERGES);
        if (source.kind() == TextEncoder.Kind.CLIP && fileSystem.exists(vocabulary) && fileSystem.exists(merges)) {
            return new TokenizerFile(vocabulary, ClipTokenizer.json(read(hadoop, vocabulary), read(hadoop, merges)));
        }
        if (fileSystem.exists(new Path(folder, SENTENCE_PIECE))) {
            throw sentencePiece(new Path(folder, SENTENCE_PIECE));
        }
        throw new UserError("cannot find the tokenizer of " + source.setting() + ": expected " + NAME + " in " + folder
                + ", got none (set " + source.setting() + ".tokenizer)");
    }

    private static UserError sentencePiece(Path file) {
        return new UserError("cannot read the tokenizer " + file + ": expected " + NAME
                + ", got a SentencePiece model, which is not supported. FLUX.1 has " + NAME
                + " in tokenizer_2; from spiece.model alone, Python's transformers writes it:"
                + " T5TokenizerFast.from_pretrained(FOLDER).save_pretrained(FOLDER)");
    }

    /** SHA-256 of the tokenizer. */
    public String hash() {
        return Sha256.of(bytes);
    }

    /** The largest token of the vocabulary; -1 if the file does not list its tokens. */
    long largestToken() {
        try {
            var json = Json.mapper().readTree(bytes);
            var vocabulary = json.path("model").path("vocab");
            long largest = vocabulary.isArray() ? vocabulary.size() - 1 : -1;
            for (var token : vocabulary.isObject() ? vocabulary : Json.mapper().createArrayNode()) {
                largest = Math.max(largest, token.asLong());
            }
            for (var token : json.path("added_tokens")) {
                largest = Math.max(largest, token.path("id").asLong());
            }
            return largest;
        } catch (IOException e) {
            throw new UserError("cannot read " + file + ": expected JSON: " + e.getMessage(), e);
        }
    }

    /** Opens the tokenizer, cutting captions after {@code most} tokens. Throws {@link UserError} if it is not of Hugging Face. */
    public HuggingFaceTokenizer open(int most, boolean padded) {
        try {
            var options = Map.of(
                    "truncation",
                    "true",
                    "padding",
                    padded ? "max_length" : "false",
                    "maxLength",
                    Integer.toString(most));
            return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), options);
        } catch (UncheckedIOException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            var kind = FileKind.of(Arrays.copyOf(bytes, Math.min(bytes.length, FileKind.BEGIN)));
            throw new UserError(
                    "cannot read " + file + ": expected a tokenizer.json of Hugging Face, got " + kind + ": "
                            + e.getMessage(),
                    e);
        }
    }
}
