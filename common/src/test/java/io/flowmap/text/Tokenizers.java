package io.flowmap.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes tokenizers with few words. */
public final class Tokenizers {
    private Tokenizers() {}

    /** A tokenizer of words: 0 is padding, 1 is an unknown word, then a, cat, dog. */
    public static Path animals(Path file) throws IOException {
        return Files.writeString(
                file,
                "{\"version\": \"1.0\", \"truncation\": null, \"padding\": null, \"added_tokens\": [],"
                        + " \"normalizer\": {\"type\": \"Lowercase\"}, \"pre_tokenizer\": {\"type\": \"Whitespace\"},"
                        + " \"post_processor\": null, \"decoder\": null, \"model\": {\"type\": \"WordLevel\","
                        + " \"vocab\": {\"[PAD]\": 0, \"[UNK]\": 1, \"a\": 2, \"cat\": 3, \"dog\": 4},"
                        + " \"unk_token\": \"[UNK]\"}}");
    }
}
