package io.flowmap.ingest.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes tokenizers of few words. */
public final class Tokenizers {
    private Tokenizers() {}

    /** Of words: 0 fills up, 1 stands for what is not known, then a, cat, dog. */
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
