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

    /** A tokenizer that ends each text with 1, as T5 needs it: 0 is padding, 2 is an unknown word, then the words. */
    public static Path ending(Path file, String... words) throws IOException {
        var vocabulary = new StringBuilder("\"<pad>\": 0, \"</s>\": 1, \"<unk>\": 2");
        for (int i = 0; i < words.length; i++) {
            vocabulary.append(", \"").append(words[i]).append("\": ").append(3 + i);
        }
        return Files.writeString(
                file,
                """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
                 "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
                 "post_processor": {"type": "TemplateProcessing",
                   "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
                   "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                   "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}},
                 "decoder": null, "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab": {%s}}}"""
                        .formatted(vocabulary));
    }
}
