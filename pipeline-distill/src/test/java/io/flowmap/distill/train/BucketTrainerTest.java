package io.flowmap.distill.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.distill.train.Faults.Kind;
import io.flowmap.distill.train.step.TrainingConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trainings on 129 samples in 5 buckets: their tables of rounds, and their hashes. */
class BucketTrainerTest {
    private static final DrawnBuckets DATA = DrawnBuckets.OF_129;
    private static final String[] PARAMETERS = {"average=parameters", "local-steps=4", "workers=3"};

    @TempDir
    java.nio.file.Path dir;

    private SparkSession spark = Sessions.open("local[2,3]");

    @AfterAll
    static void close() {
        Sessions.open("local[2,3]");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void theTableOfRoundsProvesThatEveryRecordIsUsedOnceAnEpoch(int workers) {
        int steps = 2 * 129 / 2 / workers;
        train("run", Kind.NONE, "workers=" + workers, "batch-per-worker=2", "steps=" + steps);
        requireOnceAnEpoch(rows("run"), 2);
        assertThat(rows("run")).hasSize(steps);
    }

    @Test
    void localStepsStandInTheTableInTheOrderOfTheirSamples() {
        train("gradients", Kind.NONE, "workers=3", "batch-per-worker=2", "steps=24");
        train("parameters", Kind.NONE, "average=parameters", "local-steps=4", "workers=3", "batch-per-worker=2");
        assertThat(records("parameters")).isEqualTo(records("gradients")).hasSize(24 * 3 * 2);
    }

    @Test
    void resumeEndsWithTheSameHashAndTheSameTable() {
        for (var keys : List.of(PARAMETERS, new String[] {"average=gradients"})) {
            var whole = train(keys[0] + "-whole", Kind.NONE, keys);
            assertThatThrownBy(() -> train(keys[0] + "-cut", Kind.BREAK, keys)).hasMessageContaining("lost in step 13");
            spark = Sessions.open("local[1]");
            assertThat(train(keys[0] + "-cut", Kind.NONE, keys).hash()).isEqualTo(whole.hash());
            assertThat(records(keys[0] + "-cut")).isEqualTo(records(keys[0] + "-whole"));
            requireOnceAnEpoch(rows(keys[0] + "-cut"), 8);
        }
    }

    @Test
    void hashDoesNotDependOnTheExecutors() {
        var hashes = new HashSet<String>();
        for (var master : List.of("local[1]", "local[2,3]", "local[4]")) {
            spark = Sessions.open(master);
            hashes.add(train(master, Kind.NONE, PARAMETERS).hash());
        }
        for (int executors : new int[] {2, 4}) {
            spark = Sessions.cluster(executors);
            hashes.add(train("cluster-" + executors, Kind.LOSE_EXECUTOR, PARAMETERS)
                    .hash());
        }
        assertThat(hashes).hasSize(1);
    }

    private TrainedModel train(String name, Kind kind, String... keys) {
        TrainingConfig config = Configs.with(keys);
        var context = Sessions.context(spark, "run.seed=3");
        return new Trainer(
                        context,
                        new Faults(3, kind, 13),
                        DATA,
                        config,
                        new Path(dir.resolve(name).toUri()))
                .train(() -> SmallMlp.initial(1), SmallMlp.LAYOUT);
    }

    private List<Row> rows(String name) {
        return spark.read()
                .parquet(dir.resolve(name).resolve("training").toString())
                .orderBy("round")
                .collectAsList();
    }

    private List<Long> records(String name) {
        return rows(name).stream()
                .flatMap(row -> row.<Long>getList(row.fieldIndex("records")).stream())
                .toList();
    }

    /** What each bucket gave, cut at its number of records, are permutations of its records. */
    private static void requireOnceAnEpoch(List<Row> rows, int batch) {
        var used = new TreeMap<String, List<Long>>();
        for (var row : rows) {
            var buckets = row.<String>getList(row.fieldIndex("buckets"));
            var records = row.<Long>getList(row.fieldIndex("records"));
            assertThat(records).hasSize(batch * buckets.size());
            for (int i = 0; i < records.size(); i++) {
                used.computeIfAbsent(buckets.get(i / batch), name -> new ArrayList<>())
                        .add(records.get(i));
            }
        }
        assertThat(used).hasSize(DATA.records().size());
        used.forEach((name, records) -> {
            int count = DATA.records().get(Integer.parseInt(name.substring("train/".length())));
            for (int from = 0; from < records.size(); from += count) {
                var part = records.subList(from, Math.min(from + count, records.size()));
                assertThat(new HashSet<>(part)).as(name).hasSameSizeAs(part);
                assertThat(part).allMatch(record -> record < count);
            }
        });
    }
}
