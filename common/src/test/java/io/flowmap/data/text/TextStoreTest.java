package io.flowmap.data.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of 100 texts in three files. */
class TextStoreTest {
    private static final String ID = "0123456789abcdef".repeat(4);
    private static final int FILES = 3;

    @TempDir
    Path dir;

    private final Configuration hadoop = new Configuration();

    @Test
    void everyTextHasItsRow() throws IOException {
        var facts = write(facts(ID));
        assertThat(facts.count()).isEqualTo(100);
        assertThat(facts.files()).hasSize(FILES).allMatch(rows -> rows > 20);
        var store = new TextStore(hadoop, data(), facts);
        for (int i = 0; i < 100; i++) {
            var row = store.row(facts.key(text(i)), null);
            assertThat(facts.column(row, "a")).containsExactly(i, 1, 2);
            assertThat(facts.column(row, "b")).containsExactly(9, i);
        }
        assertThatThrownBy(() -> store.row(facts.key("another"), null))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("texts-00000")
                .hasMessageContaining("expected the text with key " + facts.key("another") + ", got none");
    }

    @Test
    void theKeyIsTheHashOfTheEncodersAndTheText() throws GeneralSecurityException {
        var sha = MessageDigest.getInstance("SHA-256");
        var golden = HexFormat.of().formatHex(sha.digest((ID + "a dög").getBytes(StandardCharsets.UTF_8)));
        assertThat(facts(ID).key("a dög")).isEqualTo(golden);
        assertThat(facts(ID).key(null)).isEqualTo(facts(ID).key(""));
        assertThat(facts("f".repeat(64)).key("a dög")).isNotEqualTo(golden);
    }

    @Test
    void filesFollowFromTheKeysAlone() {
        assertThat(TextFacts.file("00000000" + "f".repeat(56), 7)).isZero();
        assertThat(TextFacts.file("ffffffff" + "0".repeat(56), 7)).isEqualTo(6);
        assertThat(TextFacts.file("80000000" + "0".repeat(56), 7)).isEqualTo(3);
        assertThat(facts(ID).filesFor(4096)).isEqualTo(1);
        assertThat(facts(ID).filesFor(4097)).isEqualTo(2);
        var t5 = new TextFacts(ID, Map.of("text", 512 * 4096 * 2), List.of());
        assertThat(t5.filesFor(400_000)).as("64 rows of 4 MiB each").isEqualTo(6250);
    }

    @Test
    void aDamagedFileIsAUserErrorThatNamesIt() throws IOException {
        var facts = write(facts("d".repeat(64))); // no row of it is in the cache of this JVM
        var key = facts.key(text(5));
        int number = TextFacts.file(key, FILES);
        var file = file(number);
        var sound = Files.readAllBytes(file);

        var flipped = sound.clone();
        for (int at = sound.length - 9 * facts.files().get(number); at < sound.length; at += 9) {
            flipped[at + 8] ^= 1; // the last byte of each row
        }
        Files.write(file, flipped);
        refused(facts, key, file, "expected the checksum of the text with key " + key + ", got another one");

        Files.write(file, Arrays.copyOf(sound, sound.length - 1));
        refused(facts, key, file, "got other content, " + (sound.length - 1) + " bytes");

        Files.write(file, sound);
        refused(
                new TextFacts("e".repeat(64), facts.columns(), facts.files()),
                key,
                file,
                "encoded as the manifest says");

        Files.copy(file((number + 1) % FILES), file, StandardCopyOption.REPLACE_EXISTING);
        refused(facts, key, file, "got ");

        Files.delete(file);
        refused(facts, key, file, "no such file");
    }

    @Test
    void theCacheIsBoundedAndKeepsTheLastRows() {
        var cache = new TextCache(10);
        var made = new ArrayList<String>();
        for (var key : List.of("a", "b", "a", "c", "a", "d", "b")) {
            cache.get(key, () -> {
                made.add(key);
                return new byte[4];
            });
            assertThat(cache.bytes()).isLessThanOrEqualTo(10);
        }
        assertThat(made).containsExactly("a", "b", "c", "d", "b");
        cache.get("large", () -> new byte[11]);
        assertThat(cache.bytes()).isEqualTo(8);
    }

    private void refused(TextFacts facts, String key, Path file, String message) {
        assertThatThrownBy(() -> new TextStore(hadoop, data(), facts).row(key, null))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot read")
                .hasMessageContaining(file.getFileName().toString())
                .hasMessageContaining(message);
    }

    private static TextFacts facts(String id) {
        return new TextFacts(id, Map.of("b", 2, "a", 3), List.of());
    }

    private static String text(int i) {
        return "text " + i;
    }

    private TextFacts write(TextFacts facts) throws IOException {
        var sorted = new TreeMap<String, Integer>();
        for (int i = 0; i < 100; i++) {
            sorted.put(facts.key(text(i)), i);
        }
        var rows = new ArrayList<Integer>();
        for (int number = 0; number < FILES; number++) {
            int file = number;
            var keys = sorted.keySet().stream()
                    .filter(key -> TextFacts.file(key, FILES) == file)
                    .toList();
            TextFile.write(hadoop, TextFile.path(data(), number), 7, facts, keys, i -> {
                byte text = sorted.get(keys.get(i)).byteValue();
                return facts.row(Map.of("a", new byte[] {text, 1, 2}, "b", new byte[] {9, text}));
            });
            rows.add(keys.size());
        }
        return facts.with(rows);
    }

    private org.apache.hadoop.fs.Path data() {
        return new org.apache.hadoop.fs.Path(dir.toString());
    }

    private Path file(int number) {
        return Path.of(TextFile.path(data(), number).toString());
    }
}
