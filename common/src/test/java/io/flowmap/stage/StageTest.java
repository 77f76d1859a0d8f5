package io.flowmap.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.Settings;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import io.flowmap.tensor.DType;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StageTest {
    private static final Stage STAGE = new Stage("data", List.of("run.seed"), List.of());
    private static SparkSession spark;

    @TempDir
    Path runs;

    private final List<String> told = new ArrayList<>();

    private record Facts(int takenOver, Map<String, Double> velocityErrors, DType dtype, String mapSha256) {}

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
    void aStageIsMadeOnceThenReportedAsSkipped() {
        var works = new ArrayList<String>();
        for (int i = 0; i < 2; i++) {
            boolean made = STAGE.make(context(), "ingest", output -> {
                works.add(output.dir().getName());
                return new Facts(1, Map.of(), DType.FLOAT16, "");
            });
            assertThat(made).isEqualTo(i == 0);
        }
        assertThat(works).containsExactly("data");
        assertThat(told).containsExactly("ingest {skipped=" + context().stage("data") + "}");
    }

    @Test
    void factsAreWrittenInKebabCase() {
        var context = context();
        STAGE.make(context, output -> new Facts(3, Map.of("ema-0.1", 0.5), DType.FLOAT32, "ab"));
        assertThat(context.finished("data")).isTrue();
        assertThat(Manifest.read(Store.of(context.hadoop(), context.stage("data")), context.stage("data"))
                        .facts())
                .hasToString(
                        "{\"dtype\":\"float32\",\"map-sha256\":\"ab\",\"taken-over\":3,\"velocity-errors\":{\"ema-0.1\":0.5}}");
    }

    @Test
    void workThatFailsLeavesTheStageUnfinished() {
        var context = context();
        assertThatThrownBy(() -> STAGE.make(context, output -> {
                    throw new IllegalStateException("broken");
                }))
                .hasMessage("broken");
        assertThat(context.finished("data")).isFalse();
        assertThatThrownBy(() -> StageInput.stage(context, "data"))
                .hasMessageEndingWith("has no manifest.json, so it is not finished; flowmap ingest resumes it");
    }

    @Test
    void theMistakeThatEndedAStageIsNamedUntilItsWorkGoesOn() {
        var context = context();
        assertThatThrownBy(() -> STAGE.make(context, output -> {
                    throw new IllegalStateException(new UserError("cannot ingest train: expected images, got none"));
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> StageInput.stage(context, "data"))
                .isInstanceOf(UserError.class)
                .hasMessage("cannot read stage " + context.stage("data")
                        + ": it is not finished, because flowmap ingest ended with a mistake (cannot ingest train:"
                        + " expected images, got none); mend that and run flowmap ingest again, with"
                        + " run.overwrite=true if a setting of it changes");
        STAGE.make(context, output -> {
            assertThatThrownBy(() -> StageInput.stage(context, "data"))
                    .hasMessageEndingWith("so it is not finished; flowmap ingest resumes it");
            return new Facts(1, Map.of(), DType.FLOAT16, "");
        });
        assertThat(StageInput.stage(context, "data").name()).isEqualTo("data");
    }

    private JobContext context() {
        var progress = new Progress() {
            @Override
            public void phase(String name, Map<String, ?> values) {
                told.add(name + " " + values);
            }

            @Override
            public Bar bar(String name, long total, String unit) {
                throw new IllegalStateException("expected no bar");
            }
        };
        return new JobContext(
                spark, Settings.load(Optional.empty(), List.of("run.dir=" + runs)), progress, Clock.systemUTC());
    }
}
