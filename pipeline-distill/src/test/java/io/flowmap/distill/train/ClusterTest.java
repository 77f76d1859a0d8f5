package io.flowmap.distill.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.data.LatentShape;
import io.flowmap.data.TrainingSplits;
import io.flowmap.distill.DrawnData;
import io.flowmap.distill.train.Faults.Kind;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.stage.JobContext;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.Path;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors in separate JVMs, one of which dies in the middle of a round. */
class ClusterTest {
    private static final LatentShape DATA = new LatentShape(2, 2, 2);

    private final AtomicInteger lost = new AtomicInteger();

    @TempDir
    java.nio.file.Path dir;

    @AfterAll
    static void close() {
        Sessions.open("local[2,3]");
    }

    @Test
    void hashSurvivesALostExecutor() {
        var config = Configs.with("average=parameters", "local-steps=4", "workers=3", "block-floats=1024");
        var local = train("local", "local[2,3]", Kind.NONE, config);
        var cluster = train("cluster", "cluster", Kind.LOSE_EXECUTOR, config);
        assertThat(lost).hasPositiveValue();
        assertThat(cluster.hash()).isEqualTo(local.hash());
    }

    /** Executors outlive a training and keep its data and objective. */
    @Test
    void executorsDistinguishOtherDataInTheSamePath() throws IOException {
        var config = Configs.with("average=parameters", "local-steps=4", "workers=3", "block-floats=1024");
        var cluster = context(Sessions.cluster(2));
        DrawnData.write(cluster, DATA, 2, 120);
        var first = train("first", cluster, config);
        cluster.stage("data").getFileSystem(cluster.hadoop()).delete(cluster.stage("data"), true);
        DrawnData.write(cluster, DATA, 2, 77);
        var second = train("second", cluster, config);
        assertThat(second.hash()).isNotEqualTo(first.hash());
        assertThat(second.hash())
                .isEqualTo(train("alone", context(Sessions.open("local[2,3]")), config)
                        .hash());
    }

    private TrainedModel train(String name, JobContext context, TrainingConfig config) {
        var data = BlockSource.latents(TrainingSplits.of(context, List.of("train")));
        var path = new Path(dir.resolve(name).toUri());
        return new Trainer(context, new Faults(3, Kind.NONE, 0), data, config, path)
                .train(() -> SmallMlp.initial(1), SmallMlp.LAYOUT);
    }

    private JobContext context(SparkSession spark) {
        return Sessions.context(spark, "run.seed=3", "run.dir=" + dir.resolve("run"));
    }

    private TrainedModel train(String name, String master, Kind kind, TrainingConfig config) {
        var spark = master.equals("cluster") ? Sessions.cluster(2) : Sessions.open(master);
        spark.sparkContext().addSparkListener(new SparkListener() {
            @Override
            public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
                lost.incrementAndGet();
            }
        });
        var context = Sessions.context(spark, "run.seed=3");
        var path = new Path(dir.resolve(name).toUri());
        return new Trainer(context, new Faults(3, kind, 10), new DrawnSamples(5, 40), config, path)
                .train(() -> SmallMlp.initial(1), SmallMlp.LAYOUT);
    }
}
