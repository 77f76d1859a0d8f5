package io.flowmap.distill.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.config.UserError;
import io.flowmap.distill.train.Faults.Kind;
import io.flowmap.distill.train.step.ObjectiveFactory;
import io.flowmap.distill.train.step.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
    private static final Faults SOUND = new Faults(3, Kind.NONE, 0);
    private static final DrawnSamples DATA = new DrawnSamples(5, 40);
    private static final String[] PARAMETERS = {"average=parameters", "local-steps=4", "workers=3"};

    @TempDir
    java.nio.file.Path dir;

    private SparkSession spark = Sessions.open("local[2,3]");

    @Test
    void gradientsOfFourWorkersEqualOneLargeBatch() {
        var one = train("one", SOUND, Configs.with("workers=1", "batch-per-worker=32"));
        var four = train("four", SOUND, Configs.with("workers=4", "batch-per-worker=8"));
        assertThat(distance(one, four)).isLessThan(1e-5);
    }

    @Test
    void gradientAveragingEqualsAPlainLoop() {
        var config = Configs.with("workers=2");
        var plain = PlainLoop.train(config, DATA, SmallMlp.initial(1), 0, 3);
        var trained = train("spark", SOUND, config).vector("parameters");
        assertThat(trained).containsExactly(plain, within(2e-5f));
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[1]", "local[4]"})
    void hashDoesNotDependOnTheNumberOfTasksAtOnce(String master) {
        var config = Configs.with(PARAMETERS);
        var two = train("two", SOUND, config);
        reopen(master);
        assertThat(train("other", SOUND, config).hash()).isEqualTo(two.hash());
    }

    @Test
    void hashSurvivesLostTasks() {
        var config = Configs.with(PARAMETERS);
        var sound = train("sound", SOUND, config);
        var hurt = train("hurt", new Faults(3, Kind.LOSE_TASK, 9), config);
        assertThat(hurt.hash()).isEqualTo(sound.hash());
    }

    @Test
    void resumeEndsWithTheSameHashAndEveryRoundOnce() {
        for (var keys : List.of(PARAMETERS, new String[] {"average=gradients"})) {
            var config = Configs.with(keys);
            var name = keys[0];
            var whole = train(name + "-whole", SOUND, config);
            assertThatThrownBy(() -> train(name + "-cut", new Faults(3, Kind.BREAK, 22), config))
                    .hasMessageContaining("lost in step 22");
            reopen("local[1]");
            assertThat(train(name + "-cut", SOUND, config).hash()).isEqualTo(whole.hash());
            assertThat(rows(name + "-cut").stream().map(row -> row.<Long>getAs("round")))
                    .containsExactlyElementsOf(rows(name + "-whole").stream()
                            .map(row -> row.<Long>getAs("round"))
                            .toList());
        }
    }

    @Test
    void trainingForZeroStepsKeepsTheInitialParametersInEveryRole() {
        var config = Configs.with("steps=0", "ema-stds=[0.1]");
        var trained = train("none", SOUND, config);
        var normalised = PlainLoop.train(Configs.with("steps=0"), DATA, SmallMlp.initial(1), 0, 3);
        assertThat(trained.step()).isZero();
        assertThat(trained.vector("parameters")).containsExactly(normalised, within(1e-6f));
        assertThat(trained.vector("ema-0.1")).isEqualTo(trained.vector("parameters"));
        assertThat(train("none", SOUND, config).hash())
                .isEqualTo(trained.hash())
                .isNotNull();
    }

    @Test
    void finishedTrainingIsNotRunAgain() {
        var config = Configs.with();
        var first = train("run", SOUND, config);
        var again = train("run", new Faults(3, Kind.BREAK, 0), config);
        assertThat(again.hash()).isEqualTo(first.hash());
        assertThat(again.step()).isEqualTo(24);
    }

    @Test
    void nanStopsTheRunAndNamesTheStep() {
        assertThatThrownBy(() -> train("run", new Faults(3, Kind.NAN_STEP, 7), Configs.with()))
                .isInstanceOf(UserError.class)
                .hasMessage("cannot go on training at step 8: expected norm of the gradient of worker 0 "
                        + "(first array not finite: %s)"
                                .formatted(SmallMlp.LAYOUT.entries().get(0).name()) + " finite, got NaN");
        assertThat(rows("run")).hasSize(8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NAN_SAMPLE", "SPIKE_SAMPLE"})
    void aRollbackSkipsABadSample(String kind) {
        var config = Configs.with("guard.action=rollback", "guard.window=8");
        long sample = 17 * config.samplesPerStep() + 3;
        var model = train("run", new Faults(3, Kind.valueOf(kind), sample), config);
        assertThat(model.step()).isEqualTo(24);
        assertThat(model.vector("parameters")).doesNotContain(Float.NaN);
        var rows = rows("run");
        assertThat(rows).hasSize(24);
        assertThat(rows.get(14).<Long>getAs("rollbacks")).isZero();
        assertThat(rows.get(15).<Long>getAs("rollbacks")).isEqualTo(1);
        assertThat(rows.get(15).<Long>getAs("samples")).isEqualTo(19 * config.samplesPerStep());
        assertThat(train("again", new Faults(3, Kind.valueOf(kind), sample), config)
                        .hash())
                .isEqualTo(model.hash());
    }

    @Test
    void rollbacksAreLimited() {
        var config = Configs.with("guard.action=rollback", "guard.max-rollbacks=2");
        assertThatThrownBy(() -> train("run", new Faults(3, Kind.NAN_STEP, 12), config))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("cannot go on training at step 13: ")
                .hasMessageEndingWith("after 2 roll-backs");
    }

    @Test
    void tableHoldsWhatHappened() {
        train("run", SOUND, Configs.with("steps=100", "workers=4", "batch-per-worker=32"));
        var rows = rows("run");
        assertThat(rows).hasSize(100);
        var first = rows.get(0);
        var last = rows.get(99);
        assertThat(last.<Double>getAs("residual")).isLessThan(0.8 * first.<Double>getAs("residual"));
        assertThat(last.<Double>getAs("residual"))
                .isCloseTo(last.<Double>getAs("loss"), within(1e-4 * last.<Double>getAs("loss")));
        assertThat(last.<Double>getAs("g_median_1")).isPositive();
        assertThat(last.<Double>getAs("learning_rate")).isCloseTo(1e-2 / 40, within(1e-12));
        assertThat(last.<Double>getAs("divergence")).isBetween(0.01, 100.0);
        assertThat(last.<Long>getAs("samples")).isEqualTo(100L * 128);
    }

    @Test
    void trainingResumesWithAnotherGuardButNotWithAnotherLibrary() throws IOException {
        var whole = train("whole", SOUND, Configs.with());
        assertThatThrownBy(() -> train("cut", new Faults(3, Kind.BREAK, 22), Configs.with()))
                .hasMessageContaining("lost in step 22");
        var index = dir.resolve("cut/step-000000000020/checkpoint.json");
        var written = Files.readString(index);
        Files.writeString(
                index, written.replaceAll("\"library\" : \"[^\"]*\"", "\"library\" : \"other.jar, 9 threads\""));
        assertThatThrownBy(() -> train("cut", SOUND, Configs.with()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected native library other.jar, 9 threads, got ");
        Files.writeString(index, written);
        assertThat(train("cut", SOUND, Configs.with("guard.spike-factor=7")).hash())
                .isEqualTo(whole.hash());
    }

    private TrainedModel train(String name, ObjectiveFactory objective, TrainingConfig config) {
        var context = Sessions.context(spark, "run.seed=3");
        var path = new Path(dir.resolve(name).toUri());
        return new Trainer(context, objective, DATA, config, path).train(() -> SmallMlp.initial(1), SmallMlp.LAYOUT);
    }

    private void reopen(String master) {
        spark = Sessions.open(master);
    }

    private List<Row> rows(String name) {
        return spark.read()
                .parquet(dir.resolve(name).resolve("training").toString())
                .orderBy("round")
                .collectAsList();
    }

    private static double distance(TrainedModel a, TrainedModel b) {
        double worst = 0;
        for (var role : a.roles()) {
            float[] x = a.vector(role);
            float[] y = b.vector(role);
            for (int i = 0; i < x.length; i++) {
                worst = Math.max(worst, Math.abs(x[i] - y[i]));
            }
        }
        return worst;
    }
}
