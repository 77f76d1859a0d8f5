package io.flowmap.text;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import io.flowmap.file.Sha256;
import io.flowmap.testing.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptFileTest {
    @TempDir
    Path dir;

    @Test
    void plainTextHasAPromptALine() throws IOException {
        assertThat(read("\ufeffa \"red\" cube\r\n\r\n  größer, als 東京  \n \t \nsays \\\"no\\\"\r'{'}")
                        .prompts())
                .extracting(Prompt::text)
                .containsExactly("a \"red\" cube", "größer, als 東京", "says \\\"no\\\"", "'{'}");
    }

    @Test
    void aTableHasItsPromptsInTheColumnOfThatName() throws IOException {
        var file = read(
                "\ufeffNote\tPrompt\tCategory\r\nx\t\"G I G\" painted \"red\"\tWriting\r\n\r\n\tein Café\t\r\n\tlast");
        assertThat(file.prompts())
                .containsExactly(
                        new Prompt("\"G I G\" painted \"red\"", "Writing"),
                        new Prompt("ein Café", null),
                        new Prompt("last", null));
    }

    @Test
    void objectsOfJsonHaveAPromptAndATag() throws IOException {
        var file = read("\n{\"tag\": \"colors\", \"prompt\": \"a \\\"green\\\" caf\\u00e9\"}\r\n"
                + "{\"include\": [], \"prompt\": \" two dogs \"}\n\n");
        assertThat(file.prompts())
                .containsExactly(new Prompt("a \"green\" café", "colors"), new Prompt("two dogs", null));
    }

    @Test
    void thePublishedListsAreRead() throws IOException {
        var parti = read(TestData.require("prompts", "PartiPrompts.tsv"));
        assertThat(parti.prompts()).hasSize(1632);
        assertThat(parti.prompts().get(0)).isEqualTo(new Prompt("bond", "Abstract"));
        assertThat(parti.prompts().get(53).text()).isEqualTo("Salvador Dalí");
        assertThat(parti.prompts().get(1560).text()).startsWith("\"G I G G L E\" painted");
        var geneval = read(TestData.require("prompts", "geneval.jsonl"));
        assertThat(geneval.prompts()).hasSize(553);
        assertThat(geneval.prompts().get(0)).isEqualTo(new Prompt("a photo of a bench", "single_object"));
        assertThat(geneval.sha256())
                .isEqualTo(Sha256.of(Files.readAllBytes(TestData.require("prompts", "geneval.jsonl"))));
    }

    static Map<String, String> others() {
        return Map.ofEntries(
                entry("", "expected one a line, got an empty file"),
                entry("\ufeff\n \r\n", "expected one a line, got an empty file"),
                entry(
                        "Text\tCategory\na cat\tx",
                        "line 1: expected a column Prompt in a table with tabs, got [Text, Category]"),
                entry("\n\na cat\ta dog", "line 3: expected a column Prompt"),
                entry("Category\tPrompt\nA\tx\n\nA\t ", "line 4: expected a prompt in column 2, got [A, ]"),
                entry("Category\tPrompt\nA", "line 2: expected a prompt in column 2, got [A]"),
                entry("Category\tPrompt\n\n", "line 1: expected prompts below the header, got none"),
                entry("{\"prompt\": \"x\"}\na cat", "line 2: expected an object of JSON with a text \"prompt\""),
                entry("{\"prompt\": \"x\"}\n{\"prompt\": 3}", "line 2: expected a text \"prompt\", got 3"),
                entry("{\"text\": \"x\"}", "line 1: expected a text \"prompt\", got {\"text\":\"x\"}"),
                entry("[{\"prompt\": \"x\"}]", "expected one a line, got an array of JSON"),
                entry("Prompts,Category\na cat,x", "expected tabs between the columns, got commas"),
                entry("<!doctype html>\n<p>", "expected one a line, got a web page"),
                entry("a\0b", "expected UTF-8 text, got other bytes"));
    }

    @Test
    void otherContentIsNamed() {
        others().forEach((content, message) -> assertThatThrownBy(() -> read(content))
                .as(content)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("prompts.txt")
                .hasMessageContaining(message));
    }

    @Test
    void filesThatAreNoTextOrNotThereAreNamed() throws IOException {
        var latin = Files.write(dir.resolve("latin.txt"), "Café".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> read(latin)).isInstanceOf(UserError.class).hasMessageContaining("expected UTF-8 text");
        assertThatThrownBy(() -> read(dir.resolve("none.txt")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("none.txt: no such file");
    }

    private PromptFile read(String content) throws IOException {
        return read(Files.writeString(dir.resolve("prompts.txt"), content));
    }

    private static PromptFile read(Path file) {
        return PromptFile.read(new Configuration(), new org.apache.hadoop.fs.Path(file.toString()));
    }
}
