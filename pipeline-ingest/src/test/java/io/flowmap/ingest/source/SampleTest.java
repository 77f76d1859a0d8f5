package io.flowmap.ingest.source;

import static io.flowmap.ingest.source.Archives.png;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.ingest.archive.Limits;
import io.flowmap.ingest.label.Annotation;
import io.flowmap.ingest.label.ClassNames;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels and texts in the forms that Python's json module and text files have. The expected values are those of {@code json.loads}. */
class SampleTest {
    private static final String DEEP = "[".repeat(900) + "]".repeat(900);

    @TempDir
    Path dir;

    /** The file key.txt next to the JSON says "text": it is used if the JSON has no caption. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"prompt\": \" a cat\\n\"} | a cat",
                "{\"prompt\": null} | text",
                "{\"prompt\": [null]} | text",
                "{\"prompt\": [null, \"x\"]} | x",
                "{\"prompt\": [\"\", \" \", NaN, \"y\", \"z\"]} | y",
                "{\"prompt\": []} | text",
                "{\"prompt\": {}} | text",
                "{\"prompt\": [[\"x\"]]} | text",
                "{\"prompt\": NaN} | text",
                "{\"prompt\": [Infinity, -Infinity]} | text",
                "{\"prompt\": true} | text",
                "{\"prompt\": 1984} | 1984",
                "{\"prompt\": \"null\"} | null",
                "{\"prompt\": \"a\", \"prompt\": \"b\"} | b",
                "{\"prompt\": \"a\", \"prompt\": null} | text",
                "{\"prompt\": \"x\", \"score\": NaN, \"more\": [Infinity, {\"least\": -Infinity}]} | x",
                "{\"prompt\": \"x\", \"zero\": -0.0, \"big\": 123456789012345678901234567890, \"tiny\": 1e-400} | x",
                "{\"prompt\": \"caf\\u00e9 \\ud83d\\ude00\"} | caf\u00e9 \ud83d\ude00",
                "{\"prompt\": \"\\ufeffa bom\"} | a bom",
                "[] | text",
                "null | text",
                "3 | text",
            })
    void captionIsTheFirstTextThatTheJsonHas(String json, String caption) throws IOException {
        assertThat(annotation(json.getBytes(UTF_8)).caption()).isEqualTo(caption);
    }

    /** UTF-8 cannot encode half a surrogate pair. Captions contain one if they were cut after a number of UTF-16 units. */
    @Test
    void halvesOfSurrogatePairsAreReplaced() throws IOException {
        assertThat(caption("\"half \\ud83d\"")).isEqualTo("half \ufffd");
        assertThat(caption("\"\\ude00\\ud83d x\"")).isEqualTo("\ufffd\ufffd x");
        assertThat(caption("[\"\\ud83d\\ud83d\\ude00\"]")).isEqualTo("\ufffd\ud83d\ude00");
        var record = read("json", "{\"label\": \"\\ud83d\"}");
        assertThat(ShardTest.summary(record))
                .isEqualTo("0 QUARANTINED label \ufffd is neither a class index nor a known name");
    }

    @Test
    void unusedValuesMayBeLongOrDeep() throws IOException {
        assertThat(caption("\"x\", \"more\": " + "9".repeat(4300))).isEqualTo("x");
        assertThat(caption("\"x\", \"more\": " + DEEP)).isEqualTo("x");
    }

    /** The encoding is detected as in json.loads, with or without a byte order mark. */
    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
    void jsonOfAnyUnicodeEncodingIsRead(String encoding) throws IOException {
        for (var mark : List.of("", "\ufeff")) {
            var bytes = (mark + "{\"prompt\": \"d\u00f6g\"}").getBytes(Charset.forName(encoding));
            assertThat(annotation(bytes).caption()).as(mark + encoding).isEqualTo("d\u00f6g");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "\ufeff", "{", "{\"prompt\": \"x\"", "{'prompt': 'x'}", "nan", "\u0000"})
    void otherJsonIsQuarantinedWithAReason(String json) throws IOException {
        assertThat(ShardTest.summary(read("json", json))).startsWith("0 QUARANTINED unreadable json: ");
        assertThat(ShardTest.summary(read("json", "[".repeat(5000)))).startsWith("0 QUARANTINED unreadable json: ");
    }

    @Test
    void aCaptionFileIsReadWithoutItsByteOrderMark() throws IOException {
        assertThat(text("\ufeff a d\u00f6g\r\n")).isEqualTo("a d\u00f6g");
        assertThat(text("null")).isEqualTo("null");
        for (var empty : List.of("", " \n", "\ufeff", "\ufeff\n")) {
            assertThat(text(empty)).isNull();
        }
        for (var encoding : List.of("UTF-16", "UTF-16LE", "ISO-8859-1")) {
            assertThat(ShardTest.summary(read("txt", "d\u00f6g".getBytes(Charset.forName(encoding)))))
                    .isEqualTo("0 QUARANTINED caption is not UTF-8 text");
        }
    }

    /** With class names "cat" and "dog". EDM2's int64 of a label gives the same number. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 1",
                "1.0 | 1",
                "\"1\" | 1",
                "\"1.0\" | 1",
                "\" 1 \" | 1",
                "-0.0 | 0",
                "0 | 0",
                "2e2 | 200",
                "2147483647 | 2147483647",
                "\"dog\" | 1",
                "\"\\ufeffdog\\n\" | 1",
                "null | -1",
                "NaN | -1",
                "NaN, \"class\": 3 | 3",
                "5, \"label\": 7 | 7"
            })
    void labelIsTheWholeNumberThatItIs(String json, int label) throws IOException {
        var record = read("json", "{\"label\": " + json + "}");
        assertThat(record.content()).isInstanceOf(Content.Encoded.class);
        assertThat(record.label()).isEqualTo(label);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.5 | 1.5",
                "-1 | -1",
                "-1.0 | -1.0",
                "2147483648 | 2147483648",
                "123456789012345678901234567890 | 123456789012345678901234567890",
                "1e999999999 | Infinity",
                "\"1e999999999\" | 1e999999999",
                "-Infinity | -Infinity",
                "true | true",
                "[1] | [1]",
                "{} | {}",
                "\"six\" | six"
            })
    void otherLabelsAreQuarantinedAsTheyStand(String json, String shown) throws IOException {
        assertThat(ShardTest.summary(read("json", "{\"label\": " + json + "}")))
                .isEqualTo("0 QUARANTINED label " + shown + " is neither a class index nor a known name");
    }

    @Test
    void aLabelFileIsReadWithoutItsByteOrderMark() throws IOException {
        for (var one : List.of("1", "1\r\n", "\ufeff1", "\ufeff dog \n", "1.0", "+1")) {
            assertThat(read("cls", one).label()).as(one).isEqualTo(1);
        }
        assertThat(ShardTest.summary(read("cls", "\ufeff\n"))).isEqualTo("0 QUARANTINED label is empty");
        assertThat(ShardTest.summary(read("json", "{\"label\": \"\"}"))).isEqualTo("0 QUARANTINED label is empty");
        assertThat(ShardTest.summary(read("cls", "1".getBytes(Charset.forName("UTF-16")))))
                .isEqualTo("0 QUARANTINED label is not UTF-8 text");
    }

    /** Fields may be numbers or booleans; their text is used. Values that pandas writes for a missing value count as missing. */
    @Test
    void allFormsOfAMissingFieldAreMissing() throws IOException {
        for (var missing : List.of("null", "NaN", "[]", "{}")) {
            assertThat(read("json", "{\"score\": " + missing + "}").annotation().fields())
                    .as(missing)
                    .isEmpty();
        }
        for (var there : List.of("0.5", "-Infinity", "true", "7")) {
            assertThat(read("json", "{\"score\": " + there + "}").annotation().fields())
                    .containsEntry("score", there);
        }
    }

    private String caption(String value) throws IOException {
        return annotation(("{\"prompt\": " + value + "}").getBytes(UTF_8)).caption();
    }

    private String text(String text) throws IOException {
        return read("txt", text).annotation().caption();
    }

    private Annotation annotation(byte[] json) throws IOException {
        var record = read("png", png(0, 8, 8), "json", json, "txt", "text");
        assertThat(ShardTest.summary(record)).isEqualTo("0 found");
        return record.annotation();
    }

    private InputRecord read(String extension, Object content) throws IOException {
        return read("png", png(0, 8, 8), extension, content);
    }

    /** Reads the only record of a shard whose files have these extensions and contents. */
    private InputRecord read(Object... pairs) throws IOException {
        var named = Arrays.copyOf(pairs, pairs.length);
        for (int i = 0; i < named.length; i += 2) {
            named[i] = "0." + named[i];
        }
        var shard = Archives.tar(dir.resolve("a.tar"), named);
        var names = new ClassNames(new ArrayList<>(List.of("cat", "dog")), true);
        var reading = new Reading(
                names,
                new Limits(100_000, 1_000_000, 1000),
                Payload.IMAGE,
                List.of("prompt", Reading.TEXT_FILE),
                List.of("score"));
        try (var stream = new ShardPortion(shard.toUri().toString()).open(new Configuration(), reading)) {
            var record = stream.next();
            assertThat(stream.next()).isNull();
            return record;
        }
    }
}
