package io.flowmap.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * CLIP's tokenizer from the older form of {@code vocab.json} and {@code merges.txt}, in which FLUX.1 comes. The rules beside the vocabulary
 * are those of OpenAI's {@code simple_tokenizer.py}: lower case, words, single digits, byte pairs.
 */
final class ClipTokenizer {
    private static final String START = "<|startoftext|>";
    private static final String END = "<|endoftext|>";
    private static final String WORDS = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

    private ClipTokenizer() {}

    /** The tokenizer as {@code tokenizer.json}. Throws {@link UserError} for files of another form. */
    static byte[] json(TokenizerFile vocabulary, TokenizerFile merges) {
        var words = vocabulary(vocabulary);
        int start = token(vocabulary, words, START);
        int end = token(vocabulary, words, END);
        var json = Json.mapper()
                .createObjectNode()
                .put("version", "1.0")
                .putNull("truncation")
                .putNull("padding");
        json.putArray("added_tokens").add(special(start, START)).add(special(end, END));
        var normalizer = json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        normalizer.addObject().put("type", "NFC");
        normalizer
                .addObject()
                .put("type", "Replace")
                .put("content", " ")
                .putObject("pattern")
                .put("Regex", "\\s+");
        normalizer.addObject().put("type", "Lowercase");
        var splits = json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        splits.addObject()
                .put("type", "Split")
                .put("behavior", "Removed")
                .put("invert", true)
                .putObject("pattern")
                .put("Regex", WORDS);
        splits.addObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true);
        var frame = json.putObject("post_processor")
                .put("type", "RobertaProcessing")
                .put("trim_offsets", false)
                .put("add_prefix_space", false);
        frame.putArray("sep").add(END).add(end);
        frame.putArray("cls").add(START).add(start);
        json.putNull("decoder");
        var model = json.putObject("model")
                .put("type", "BPE")
                .put("unk_token", END)
                .put("continuing_subword_prefix", "")
                .put("end_of_word_suffix", "</w>")
                .put("fuse_unk", false);
        model.set("vocab", words);
        pairs(merges).forEach(model.putArray("merges")::add);
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode vocabulary(TokenizerFile file) {
        try {
            if (Json.mapper().readTree(file.bytes()) instanceof ObjectNode words) {
                return words;
            }
        } catch (IOException e) {
            throw new UserError("cannot read " + file.file() + ": expected a JSON map of tokens, got other content", e);
        }
        throw new UserError("cannot read " + file.file() + ": expected a JSON map of tokens, got another value");
    }

    private static int token(TokenizerFile file, JsonNode words, String token) {
        if (!words.path(token).canConvertToInt()) {
            throw new UserError("cannot read " + file.file() + ": expected CLIP's token " + token + ", got none");
        }
        return words.get(token).asInt();
    }

    private static ObjectNode special(int id, String content) {
        return Json.mapper()
                .createObjectNode()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", content.equals(START))
                .put("special", true);
    }

    /** The byte pairs, without the first line, which names the version. */
    private static List<String> pairs(TokenizerFile file) {
        return new String(file.bytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#version"))
                .toList();
    }
}
