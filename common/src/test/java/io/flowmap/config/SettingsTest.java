package io.flowmap.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.flowmap.stage.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @TempDir
    Path temporary;

    record SparkPart(
            String appName,
            String driverMemory,
            String executorMemory,
            String nativeMemory,
            int threadsPerWorker,
            String executorJars,
            int uiPort,
            int prometheusPort,
            String eventLog,
            String logLevel,
            Map<String, String> conf) {
        SparkPart {
            if (threadsPerWorker < 1) {
                throw new IllegalArgumentException("expected at least one thread, got " + threadsPerWorker);
            }
        }
    }

    @Test
    void overridesWinOverTheFileAndTheFileOverTheReference() throws IOException {
        var file = write("run { dir = from-file, seed = 7 }");
        var run = Settings.load(Optional.of(file), List.of("run.dir=from-argument"))
                .section("run", RunConfig.class);
        assertThat(run).isEqualTo(new RunConfig("from-argument", 7, false, Map.of()));
    }

    @Test
    void pathsAndUrisNeedNoQuotes() {
        assertThat(run("run.dir=s3a://bucket/a b").dir()).isEqualTo("s3a://bucket/a b");
        assertThat(run("run.dir=/tmp/it's here").dir()).isEqualTo("/tmp/it's here");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/tmp//x", "/data/a#1", "007", "1e3", "a\"b", "true", "/tmp/a[1]{2}", "C:\\x"})
    void textOfArgumentsIsTakenLiterally(String text) {
        var settings = Settings.load(Optional.empty(), List.of("example.title=" + text, "example.sources=" + text));
        assertThat(settings.tree("example").get("title").textValue()).isEqualTo(text);
        assertThat(settings.tree("example").get("sources").textValue()).isEqualTo(text);
    }

    @Test
    void argumentsTakeQuotedTextListsSubstitutionsAndNull() {
        var settings = Settings.load(
                Optional.empty(),
                List.of(
                        "example.title=\"a # b\"",
                        "example.sources=[\"/a//b\", 007]",
                        "example.others=null",
                        "run.dir=${example.title}",
                        "example.models=[student]"));
        assertThat(settings.tree("example").get("title").textValue()).isEqualTo("a # b");
        assertThat(settings.tree("run").get("dir").textValue()).isEqualTo("a # b");
        assertThat(settings.tree("example").get("sources")).hasToString("[\"/a//b\",\"007\"]");
        assertThat(settings.tree("example").get("others").isNull()).isTrue();
        assertThat(settings.tree("example").get("models")).hasToString("[\"student\"]");
    }

    @ParameterizedTest
    @CsvSource({
        "9007199254740993, 9007199254740993",
        "\"9007199254740993\", 9007199254740993",
        "-9223372036854775808, -9223372036854775808",
        "\"9223372036854775807\", 9223372036854775807",
        "9007199254740993.0, 9007199254740993"
    })
    void seedsKeepAllTheirBits(String text, long seed) {
        assertThat(run("run.seed=" + text).seed()).isEqualTo(seed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775808", "\"9223372036854775808\"", "1.5", "12//3", "12 # 3", "NaN", "1e999"})
    void seedsThatAreNotALongAreRefused(String text) {
        assertThatThrownBy(() -> run("run.seed=" + text))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("seed");
    }

    @Test
    void aDirectoryThatIsNotAPathIsRefused() {
        assertThatThrownBy(() -> run("run.dir=a:b"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected a path or a URI as run.dir, got a:b");
    }

    @Test
    void numbersServeAsTextAndTextAsNumbers() {
        assertThat(run("run.dir=2024").dir()).isEqualTo("2024");
        assertThat(run("run.seed=\"12\"").seed()).isEqualTo(12);
        assertThat(run("run.overwrite=\"true\"").overwrite()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run.sed=1 | run.sed | did you mean run.seed?",
                "rnu.seed=1 | unknown setting rnu.seed (argument rnu.seed=1) | did you mean run.seed?",
                "seed=1 | unknown setting seed | did you mean run.seed?",
                "run.seed=many | run.seed | expected a number, got string \"many\"",
                "run.overwrite=1 | run.overwrite | expected true or false, got number 1",
                "run.dir=[1] | run.dir | expected text, got list [1]",
                "run=5 | run | expected a map, got number 5",
                "run.dir=null | run.dir | expected text, got null",
                "spark.conf=5 | spark.conf | expected a map",
                "=5 | =5 | expected key=value",
                "run.seed | run.seed | expected key=value"
            })
    void wrongKeysAreNamed(String override, String key, String words) {
        assertThatThrownBy(() -> Settings.load(Optional.empty(), List.of(override)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(key)
                .hasMessageContaining(words)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":1.5} | expected a 32-bit integer, got 1.5",
                "{\"a\":3000000000} | expected a 32-bit integer, got a number outside its range",
                "{\"a\":\"many\"} | expected a 32-bit integer, got many",
                "{\"a\":null} | expected a 32-bit integer",
                "{\"a\":[1]} | expected a 32-bit integer",
                "{\"a\":1,\"b\":\"x\"} | expected a number, got x",
                "{\"a\":1,\"c\":\"mauve\"} | expected one of red, blue, got mauve",
                "{\"a\":1,\"c\":\"bleu\"} | expected one of red, blue, got bleu (did you mean blue?)",
                "{\"a\":1,\"d\":5} | expected a list",
                "{\"a\":1,\"b\":1,\"c\":\"red\",\"d\":[],\"z\":5} | unknown key z",
                "{} | missing key a",
                "{\"a\" | Unexpected end-of-input"
            })
    void whatIsWrongInJsonIsSaidWithoutJacksonsWords(String json, String words) {
        assertThatThrownBy(() -> Json.mapper().readValue(json, Shapes.class))
                .isInstanceOfSatisfying(JsonProcessingException.class, e -> assertThat(Json.complaint(e))
                        .startsWith(words)
                        .doesNotContainIgnoringCase("coercion")
                        .doesNotContain("Deserialization"));
    }

    enum Hue {
        RED,
        BLUE
    }

    record Shapes(int a, Double b, Hue c, List<String> d) {}

    @Test
    void wrongKeyOfFileNamesFileAndLine() throws IOException {
        var file = write("run {\n  seeed = 5\n}");
        assertThatThrownBy(() -> Settings.load(Optional.of(file), List.of()))
                .hasMessageContaining("run.seeed")
                .hasMessageContaining(file + ": 2");
    }

    @Test
    void missingAndBrokenFilesAreUserErrors() throws IOException {
        assertThatThrownBy(() -> Settings.load(Optional.of(temporary.resolve("no.conf")), List.of()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no.conf");
        var broken = write("run { seed = ");
        assertThatThrownBy(() -> Settings.load(Optional.of(broken), List.of()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(broken.toString());
    }

    @Test
    void checksOfRecordsAreUserErrorsWithThePath() {
        assertThatThrownBy(() -> section("spark.threads-per-worker=0"))
                .isInstanceOf(UserError.class)
                .hasMessage("cannot accept setting spark: expected at least one thread, got 0");
        assertThatThrownBy(() -> section("spark.threads-per-worker=1.5"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("spark.threads-per-worker");
    }

    @Test
    void freeKeysBecomeOneLevelOfDottedKeys() {
        var spark = section("spark.conf.spark.executor.cores=2", "spark.conf.\"spark.speculation\"=true");
        assertThat(spark.conf())
                .containsExactlyInAnyOrderEntriesOf(Map.of("spark.executor.cores", "2", "spark.speculation", "true"));
    }

    @Test
    void equalSettingsHaveEqualJson() throws IOException {
        var one = write("run { seed = 1.0, dir = a }");
        var settings = Settings.load(Optional.of(one), List.of());
        assertThat(settings.json("run"))
                .isEqualTo(Settings.load(Optional.empty(), List.of("run.dir=a", "run.seed=1"))
                        .json("run"));
        assertThat(settings.json("run").indexOf("dir"))
                .isLessThan(settings.json("run").indexOf("seed"));
    }

    @Test
    void secretsAreNotWritten() throws IOException {
        var file = write(
                "spark.conf { \"spark.hadoop.fs.s3a.secret.key\" = hush, \"spark.hadoop.fs.s3a.endpoint\" = here }");
        var settings = Settings.load(
                Optional.of(file), List.of("example.captions.tokenizer=words.json", "example.captions.max-tokens=77"));
        assertThat(settings.json()).doesNotContain("hush").contains("here");
        assertThat(settings.json("example")).contains("words.json", "77").doesNotContain("(secret)");
        assertThat(settings.section("spark", SparkPart.class).conf()).containsValue("hush");
    }

    @Test
    void credentialsInsideValuesAreNotWritten() throws IOException {
        var file = write(
                "example.sources = [\"s3a://key:hush@bucket/a@b\", /plain], run.dir = \"s3a://key:hush@bucket/runs\"");
        var settings = Settings.load(Optional.of(file), List.of());
        assertThat(settings.json()).doesNotContain("hush").contains("s3a://bucket/a@b");
        assertThat(settings.json("run")).contains("s3a://bucket/runs");
        assertThat(settings.section("run", RunConfig.class).dir()).isEqualTo("s3a://key:hush@bucket/runs");
        assertThat(new UserError("cannot read s3a://key:hush@bucket/x: got none"))
                .hasMessage("cannot read s3a://bucket/x: got none");
    }

    private static RunConfig run(String override) {
        return Settings.load(Optional.empty(), List.of(override)).section("run", RunConfig.class);
    }

    private static SparkPart section(String... overrides) {
        return Settings.load(Optional.empty(), List.of(overrides)).section("spark", SparkPart.class);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(temporary.resolve("user.conf"), text);
    }

    @Test
    void aFileNamedWithoutItsFolderReadsItsIncludes() throws IOException {
        var included = Files.writeString(temporary.resolve("inner.conf"), "run.seed = 11");
        var bare =
                Files.writeString(Path.of("settings-" + System.nanoTime() + ".conf"), "include \"" + included + "\"");
        try {
            assertThat(Settings.load(Optional.of(bare), List.of()).json("run")).contains("11");
        } finally {
            Files.delete(bare);
        }
        var beside = Files.writeString(temporary.resolve("outer.conf"), "include \"inner.conf\"");
        assertThat(Settings.load(Optional.of(beside), List.of()).json("run")).contains("11");
    }

    @ParameterizedTest
    @ValueSource(strings = {"include \"missing.conf\"", "include file(\"missing.conf\")"})
    void anIncludeThatDoesNotExistIsNamed(String text) throws IOException {
        var file = Files.writeString(temporary.resolve("outer.conf"), text);
        assertThatThrownBy(() -> Settings.load(Optional.of(file), List.of()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("missing.conf");
    }
}
