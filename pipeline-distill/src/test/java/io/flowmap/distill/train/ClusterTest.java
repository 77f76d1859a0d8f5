package io.flowmap.distill.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.distill.train.Faults.Kind;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.Path;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors in JVMs of their own, one of which dies in mid-round. */
class ClusterTest {
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
                .train(SmallMlp.initial(1), SmallMlp.LAYOUT);
    }
}
