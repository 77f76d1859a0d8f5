package io.flowmap.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.Json;
import io.flowmap.config.Settings;
import io.flowmap.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StageOutputTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2024-05-06T07:08:09Z"), ZoneOffset.UTC);
    private static SparkSession spark;

    @TempDir
    Path runs;

    @BeforeAll
    static void startSpark() {
        spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", false)
                .getOrCreate();
    }

    @AfterAll
    static void stopSpark() {
        spark.stop();
    }

    @Test
    void finishedOutputIsSkipped() {
        var first = open();
        assertThat(first.finished()).isFalse();
        assertThat(first.resumed()).isFalse();
        first.finish(Map.of("records", 12, "names", List.of("a", "b")));
        assertThat(first.finished()).isTrue();
        assertThat(open().finished()).isTrue();
        var manifest = Manifest.read(first.fileSystem(), first.dir());
        assertThat(manifest.stage()).isEqualTo("data");
        assertThat(manifest.finished()).isEqualTo("2024-05-06T07:08:09Z");
        assertThat(manifest.version()).startsWith("0.");
        assertThat(manifest.facts().get("records").asInt()).isEqualTo(12);
        assertThat(manifest.config().get("spark").get("threads-per-worker").asInt())
                .isEqualTo(1);
    }

    @Test
    void halfWrittenOutputIsResumedNotSkipped() throws IOException {
        var first = open();
        Files.writeString(runs.resolve("data/part"), "half");
        var second = open();
        assertThat(first.finished()).isFalse();
        assertThat(second.finished()).isFalse();
        assertThat(second.resumed()).isTrue();
        assertThat(runs.resolve("data/part")).exists();
    }

    @Test
    void aStartedRunWithoutOutputDoesNotBindLaterRuns() {
        open();
        var second = open("spark.threads-per-worker=2");
        assertThat(second.resumed()).isFalse();
        second.finish(Map.of());
        assertThatThrownBy(() -> open()).hasMessageContaining("spark.threads-per-worker is 1 now and was 2");
    }

    @Test
    void otherSettingIsNamed() {
        open().finish(Map.of());
        assertThatThrownBy(() -> open("spark.threads-per-worker=2"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("spark.threads-per-worker is 2 now and was 1 in the earlier run");
        assertThatThrownBy(() -> open("run.seed=2")).hasMessageContaining("run.seed is 2 now and was");
    }

    @Test
    void aSettingThatTheEarlierVersionDidNotHaveIsNamed() {
        open().finish(Map.of());
        assertThatThrownBy(() -> StageOutput.open(context(), "data", List.of("spark", "run.seed"), List.of()))
                .hasMessageContaining("run.seed is 0 now and was not set in the earlier run");
    }

    @Test
    void operationalSettingMayDiffer() {
        open().finish(Map.of());
        var other = StageOutput.open(
                context("spark.threads-per-worker=2"),
                "data",
                List.of("spark"),
                List.of(),
                Set.of("threads-per-worker"));
        assertThat(other.finished()).isTrue();
    }

    @Test
    void manifestKeepsVersionsAndAllSettings() {
        open().finish(Map.of());
        var environment = Manifest.read(open().fileSystem(), open().dir()).environment();
        assertThat(environment.get("spark").asText()).isEqualTo(spark.version());
        assertThat(environment
                        .get("settings")
                        .at("/network/edm2/model-channels")
                        .asInt())
                .isPositive();
    }

    @Test
    void halfWrittenOutputOfOtherSettingIsNotResumed() throws IOException {
        open();
        Files.writeString(runs.resolve("data/part"), "half");
        assertThatThrownBy(() -> open("spark.threads-per-worker=2")).isInstanceOf(UserError.class);
    }

    @Test
    void overwriteDeletesOnlyWhatDiffers() throws IOException {
        open().finish(Map.of());
        Files.writeString(runs.resolve("data/part"), "old");
        assertThat(open("run.overwrite=true").finished()).isTrue();
        var fresh = open("run.overwrite=true", "run.seed=9");
        assertThat(fresh.finished()).isFalse();
        assertThat(fresh.resumed()).isFalse();
        assertThat(runs.resolve("data/part")).doesNotExist();
    }

    @Test
    void changedInputIsNamed() {
        open().finish(Map.of("records", 1));
        var context = context();
        StageOutput.open(context, "teacher", List.of(), List.of(StageInput.stage(context, "data")))
                .finish(Map.of());
        assertThat(StageOutput.open(context, "teacher", List.of(), List.of(StageInput.stage(context, "data")))
                        .finished())
                .isTrue();
        var other = open("run.overwrite=true", "run.seed=0", "spark.threads-per-worker=3");
        other.finish(Map.of("records", 2));
        assertThatThrownBy(() ->
                        StageOutput.open(context, "teacher", List.of(), List.of(StageInput.stage(context, "data"))))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "input data (" + context.stage("data")
                                + ") was made with other settings: spark.threads-per-worker is 3 now and was 1 in the earlier run; hash ")
                .hasMessageMatching(".*; hash [0-9a-f]{12} now, [0-9a-f]{12} then \\(run.overwrite=true .*");
    }

    @Test
    void aSettingTwoStagesBeforeIsNamed() {
        var settings = new String[] {"spark.threads-per-worker=2", "run.overwrite=true"};
        for (var more : List.of(new String[0], settings)) {
            open(more).finish(Map.of());
            var context = context(more);
            StageOutput.open(context, "teacher", List.of(), List.of(StageInput.stage(context, "data")))
                    .finish(Map.of());
            if (more.length == 0) {
                open(context, "flowmap", StageInput.stage(context, "teacher")).finish(Map.of());
            }
        }
        var context = context();
        assertThatThrownBy(() -> open(context, "flowmap", StageInput.stage(context, "teacher")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("input teacher (")
                .hasMessageContaining("spark.threads-per-worker is 2 now and was 1 in the earlier run; hash ");
    }

    @Test
    void anInputThatWasMadeAgainOrHasOtherContentOrLiesElsewhereIsToldApart() {
        var context = context();
        open().finish(Map.of("records", 1));
        open(context, "teacher", StageInput.stage(context, "data")).finish(Map.of());
        open("run.overwrite=true", "run.seed=9").finish(Map.of());
        open("run.overwrite=true").finish(Map.of("records", 2));
        assertThatThrownBy(() -> open(context, "teacher", StageInput.stage(context, "data")))
                .hasMessageContaining("input data (" + context.stage("data") + ") was made again; hash ");
        open(context, "a", new StageInput("ingest.train", "/images", "abc")).finish(Map.of());
        assertThatThrownBy(() -> open(context, "a", new StageInput("ingest.train", "/images", "def")))
                .hasMessageContaining("input ingest.train (/images) has other content than in the earlier run;"
                        + " hash def now, abc then");
        assertThatThrownBy(() -> open(context, "a", new StageInput("ingest.train", "/photos", "def")))
                .hasMessageContaining("input ingest.train is /photos now and was /images in the earlier run; hash ");
    }

    private static StageOutput open(JobContext context, String stage, StageInput input) {
        return StageOutput.open(context, stage, List.of(), List.of(input));
    }

    @Test
    void missingStageIsNamed() {
        assertThatThrownBy(() -> StageInput.stage(context(), "data"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("data")
                .hasMessageContaining("no such directory; flowmap ingest creates it");
        open();
        assertThatThrownBy(() -> StageInput.stage(context(), "data"))
                .hasMessageContaining("no manifest.json, so it is not finished; flowmap ingest resumes it");
    }

    @Test
    void foreignFilesAreNotTouched() throws IOException {
        Files.createDirectories(runs.resolve("data"));
        Files.writeString(runs.resolve("data/thesis.tex"), "mine");
        assertThatThrownBy(() -> open("run.overwrite=true"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("other files");
        assertThat(runs.resolve("data/thesis.tex")).exists();
    }

    @Test
    void aLeftoverOfTheFirstWriteIsNotAForeignFile() throws IOException {
        Files.createDirectories(runs.resolve("data"));
        Files.writeString(runs.resolve("data/.started.json.writing"), "{");
        assertThat(open().resumed()).isFalse();
    }

    @Test
    void aLeftoverLockIsNotAForeignFile() throws IOException {
        var now = Owner.current("earlier");
        var killed = new Owner(now.host(), now.pid(), now.machine(), "1", "earlier");
        Files.createDirectories(runs.resolve("data"));
        Files.writeString(
                runs.resolve("data/.lock-of-another"),
                Json.pretty(Map.of("owner", killed, "held", true, "renewals", 3)));
        assertThat(open().resumed()).isFalse();
    }

    @Test
    void theRunIsLockedWhileItIsWrittenAndNotIfItIsFinished() throws IOException {
        var stage = open();
        assertThat(locks(runs)).hasSize(1);
        assertThat(locks(runs.resolve("data"))).hasSize(1);
        stage.finish(Map.of());
        assertThat(locks(runs)).hasSize(1);
        assertThat(locks(runs.resolve("data"))).isEmpty();
        var elsewhere = runs.resolve("elsewhere");
        assertThat(open("run.dir=" + elsewhere, "run.stages.data=" + runs.resolve("data"))
                        .finished())
                .isTrue();
        assertThat(elsewhere).doesNotExist();
        assertThat(locks(runs.resolve("data"))).isEmpty();
    }

    @Test
    void aStageElsewhereIsLockedThere() throws IOException {
        open("run.dir=" + runs.resolve("mine"), "run.stages.data=" + runs.resolve("shared/data"));
        assertThat(locks(runs.resolve("shared/data"))).hasSize(1);
        assertThat(runs.resolve("mine")).doesNotExist();
    }

    @Test
    void overwriteDeletesTheManifestFirstAndTheStartLast() throws IOException {
        open().finish(Map.of());
        Files.createDirectories(runs.resolve("data/kept/inside"));
        Files.writeString(runs.resolve("data/kept/inside/part"), "old");
        Files.writeString(runs.resolve("data/.lock-1"), "another's");
        var names = new ArrayList<String>();
        var watching = new FilterFileSystem(new RawLocalFileSystem()) {
            @Override
            public boolean delete(org.apache.hadoop.fs.Path path, boolean recursive) throws IOException {
                names.add(path.getName());
                return super.delete(path, recursive);
            }
        };
        watching.initialize(java.net.URI.create("file:///"), new Configuration());
        StageOutput.delete(watching, new org.apache.hadoop.fs.Path(runs + "/data"));
        assertThat(names.get(0)).isEqualTo("manifest.json");
        assertThat(names.get(names.size() - 1)).isEqualTo("started.json");
        assertThat(names).contains("kept").doesNotContain(".lock-1");
        assertThat(runs.resolve("data"))
                .isDirectoryContaining("glob:**/.lock-1")
                .isDirectoryNotContaining("glob:**/[!.]*");
    }

    @Test
    void damagedManifestsAreUserErrors() throws IOException {
        open().finish(Map.of());
        var file = runs.resolve("data/manifest.json");
        var sound = Files.readString(file);
        for (var damaged : List.of(
                "null",
                "[]",
                "{",
                "{}",
                sound.replaceFirst("\"inputs\" : \\[ *\\]", "\"inputs\" : null"),
                sound.replaceFirst("\"inputs\" : \\[ *\\]", "\"inputs\" : [null]"),
                sound.replaceFirst("\"stage\" : \"data\"", "\"stage\" : null"))) {
            Files.writeString(file, damaged);
            assertThatThrownBy(() -> open())
                    .as(damaged)
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("manifest.json: expected")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void credentialsOfPathsAreDropped() {
        var path = new org.apache.hadoop.fs.Path("s3a://key:hush@bucket/data");
        assertThat(StageInput.withoutCredentials(path)).isEqualTo("s3a://bucket/data");
    }

    private static List<Path> locks(Path dir) throws IOException {
        try (var files = Files.list(dir)) {
            return files.filter(file -> file.getFileName().toString().startsWith(".lock-"))
                    .toList();
        }
    }

    private StageOutput open(String... overrides) {
        return StageOutput.open(context(overrides), "data", List.of("spark"), List.of());
    }

    private JobContext context(String... overrides) {
        var all = new ArrayList<>(List.of("run.dir=" + runs));
        all.addAll(List.of(overrides));
        return new JobContext(spark, Settings.load(Optional.empty(), all), Progress.log(CLOCK), CLOCK);
    }
}
