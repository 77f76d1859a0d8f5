package io.flowmap.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.FileKind;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Prompts of a UTF-8 file, told apart by their first line that is not blank:
 *
 * <ul>
 *   <li>JSONL as GenEval's: every line is an object with a text {@code prompt}, and perhaps its category {@code tag};
 *   <li>TSV as PartiPrompts': a header with the column {@code Prompt}, and perhaps {@code Category}. Quotes belong to a prompt;
 *   <li>else plain text, one prompt a line.
 * </ul>
 *
 * <p>Blank lines, white space around a prompt and a byte order mark are dropped.
 *
 * @param sha256 hash of the file
 */
public record PromptFile(Path path, List<Prompt> prompts, String sha256) {
    /** Largest file that is read, in bytes: 2 million prompts of 128 characters. */
    private static final long MOST_BYTES = 1 << 28;

    private static final String BYTE_ORDER_MARK = "\ufeff";
    private static final String PROMPT = "Prompt";
    private static final String CATEGORY = "Category";

    public PromptFile {
        prompts = List.copyOf(prompts);
    }

    /** A line that is not blank, with its number from 1. */
    private record Line(int number, String text) {}

    /** Reads a file of any file system. Throws {@link UserError} that names file and line if it has no prompts or something else. */
    public static PromptFile read(Configuration hadoop, Path path) {
        var fileSystem = Store.of(hadoop, path);
        try {
            long size = fileSystem.getFileStatus(path).getLen();
            if (size > MOST_BYTES) {
                throw new UserError("cannot read prompts from " + path + ": expected at most " + MOST_BYTES
                        + " bytes, got " + size);
            }
        } catch (IOException e) {
            throw Store.failure("cannot read prompts from " + path, e);
        }
        var bytes = AtomicFile.read(fileSystem, path);
        return new PromptFile(path, prompts(path, bytes), Sha256.of(bytes));
    }

    private static List<Prompt> prompts(Path path, byte[] bytes) {
        var lines = lines(path, bytes);
        if (lines.isEmpty()) {
            throw new UserError("cannot read prompts from " + path + ": expected one a line, got an empty file");
        }
        var first = lines.get(0).text().strip();
        if (first.startsWith("{")) {
            return lines.stream().map(line -> object(path, line)).toList();
        }
        if (first.contains("\t")) {
            return table(path, lines);
        }
        refuseOthers(path, bytes, first);
        return lines.stream().map(line -> new Prompt(line.text().strip(), null)).toList();
    }

    private static List<Line> lines(Path path, byte[] bytes) {
        var text = text(path, bytes);
        var all = (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).split("\r\n|\r|\n");
        var lines = new ArrayList<Line>();
        for (int i = 0; i < all.length; i++) {
            if (!all[i].isBlank()) {
                lines.add(new Line(i + 1, all[i]));
            }
        }
        return lines;
    }

    private static String text(Path path, byte[] bytes) {
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.indexOf('\0') < 0) {
                return text;
            }
        } catch (CharacterCodingException e) {
            throw new UserError(notText(path, bytes), e);
        }
        throw new UserError(notText(path, bytes));
    }

    private static String notText(Path path, byte[] bytes) {
        return "cannot read prompts from " + path + ": expected UTF-8 text, got "
                + FileKind.of(Arrays.copyOf(bytes, Math.min(bytes.length, FileKind.BEGIN)));
    }

    private static Prompt object(Path path, Line line) {
        JsonNode object;
        try {
            object = Json.mapper().readTree(line.text());
        } catch (JsonProcessingException e) {
            throw failure(
                    path, line, "an object of JSON with a text \"prompt\", as in the first line", "other text", e);
        }
        if (!object.path("prompt").isTextual() || object.get("prompt").asText().isBlank()) {
            var got = object.has("prompt") ? object.get("prompt") : object;
            throw failure(path, line, "a text \"prompt\"", got.toString(), null);
        }
        return new Prompt(
                object.get("prompt").asText().strip(), object.path("tag").textValue());
    }

    private static List<Prompt> table(Path path, List<Line> lines) {
        var header = cells(lines.get(0));
        int column = header.indexOf(PROMPT);
        int category = header.indexOf(CATEGORY);
        if (column < 0) {
            throw failure(path, lines.get(0), "a column " + PROMPT + " in a table with tabs", header.toString(), null);
        }
        var prompts = new ArrayList<Prompt>();
        for (var line : lines.subList(1, lines.size())) {
            var cells = cells(line);
            if (column >= cells.size() || cells.get(column).isEmpty()) {
                throw failure(path, line, "a prompt in column " + (column + 1), cells.toString(), null);
            }
            boolean grouped = category >= 0
                    && category < cells.size()
                    && !cells.get(category).isEmpty();
            prompts.add(new Prompt(cells.get(column), grouped ? cells.get(category) : null));
        }
        if (prompts.isEmpty()) {
            throw failure(path, lines.get(0), "prompts below the header", "none", null);
        }
        return prompts;
    }

    private static List<String> cells(Line line) {
        return Arrays.stream(line.text().split("\t", -1)).map(String::strip).toList();
    }

    /** What is no list of prompts although it is text. */
    private static void refuseOthers(Path path, byte[] bytes, String first) {
        var cells = Arrays.stream(first.split(",")).map(String::strip).toList();
        if (cells.size() > 1 && cells.stream().anyMatch(cell -> cell.matches("(?i)\"?prompts?\"?"))) {
            throw new UserError("cannot read prompts from " + path + ": expected tabs between the columns, got commas");
        }
        var kind = FileKind.of(Arrays.copyOf(bytes, Math.min(bytes.length, FileKind.BEGIN)));
        if (kind.contains("HTML") || kind.contains("XML") || kind.contains("LFS") || isArray(bytes)) {
            throw new UserError("cannot read prompts from " + path + ": expected one a line, got "
                    + (isArray(bytes) ? "an array of JSON (write one object a line)" : kind));
        }
    }

    private static boolean isArray(byte[] bytes) {
        try {
            return Json.mapper().readTree(bytes).isArray();
        } catch (IOException e) { // not JSON
            return false;
        }
    }

    private static UserError failure(Path path, Line line, String expected, String got, Exception cause) {
        return new UserError(
                "cannot read prompts from " + path + ", line " + line.number() + ": expected " + expected + ", got "
                        + got,
                cause);
    }
}
