package io.flowmap.distill.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.distill.train.Faults.Kind;
import io.flowmap.distill.train.step.TrainingConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reaction when a watch objects to parameters. It looks every five of 24 steps, and at the end. */
class WatchTest {
    private static final TrainingConfig CONFIG = Configs.with("guard.max-rollbacks=2");

    @TempDir
    Path dir;

    private final SparkSession spark = Sessions.open("local[2,3]");

    @Test
    void anObjectionRollsBackToTheCheckpointWithOtherSamples() {
        var trained = train("run", new Objecting(true, Set.of(2)));
        assertThat(trained.objection()).isEmpty();
        assertThat(trained.step()).isEqualTo(24);
        var rows = rows("run");
        assertThat(rows.stream().map(row -> row.<Long>getAs("step"))).containsExactlyElementsOf(steps(24));
        assertThat(rows.get(4).<Long>getAs("rollbacks")).isZero();
        assertThat(rows.get(5).<Long>getAs("rollbacks")).isEqualTo(1);
        assertThat(rows.get(4).<Long>getAs("samples")).isEqualTo(5 * CONFIG.samplesPerStep());
        assertThat(rows.get(5).<Long>getAs("samples")).isEqualTo(11 * CONFIG.samplesPerStep());
        assertThat(train("again", new Objecting(true, Set.of(2))).hash()).isEqualTo(trained.hash());
        assertThat(train("content", new Objecting(true, Set.of())).hash()).isNotEqualTo(trained.hash());
    }

    @Test
    void afterTheLastRollbackTrainingEndsWithTheLastStoredState() {
        var kept = train("kept", new Objecting(false, Set.of(3)));
        assertThat(kept.objection()).isEqualTo("look 3 at step 15");
        assertThat(kept.step()).isEqualTo(10);
        var often = train("often", new Objecting(true, Set.of(3, 4, 5)));
        assertThat(often.objection()).isEqualTo("look 5 at step 15");
        assertThat(often.step()).isEqualTo(10);
        assertThat(often.vector("parameters")).isEqualTo(kept.vector("parameters"));
    }

    private TrainedModel train(String name, Watch watch) {
        var context = Sessions.context(spark, "run.seed=3");
        var path = new org.apache.hadoop.fs.Path(dir.resolve(name).toUri());
        var data = new DrawnSamples(5, 40);
        return new Trainer(context, new Faults(3, Kind.NONE, 0), data, CONFIG, path, watch, null)
                .train(() -> SmallMlp.initial(1), SmallMlp.LAYOUT);
    }

    private List<Row> rows(String name) {
        return spark.read()
                .parquet(dir.resolve(name).resolve("training").toString())
                .orderBy("round")
                .collectAsList();
    }

    private static List<Long> steps(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    /** Objects at the looks with the given numbers, counted from 1. */
    private static final class Objecting implements Watch {
        private final boolean goesOn;
        private final Set<Integer> looks;
        private int count;

        Objecting(boolean goesOn, Set<Integer> looks) {
            this.goesOn = goesOn;
            this.looks = looks;
        }

        @Override
        public void round(long step, double[] measures) {}

        @Override
        public String quantity() {
            return "looks";
        }

        @Override
        public Look look(long step, float[] parameters) {
            count++;
            return new Look(count, looks.contains(count) ? "look " + count + " at step " + step : "");
        }

        @Override
        public boolean goesOn() {
            return goesOn;
        }

        @Override
        public String advice() {
            return "";
        }
    }
}
