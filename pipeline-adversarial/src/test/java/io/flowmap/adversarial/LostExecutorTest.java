package io.flowmap.adversarial;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.data.TrainingSplits;
import io.flowmap.distill.Distillation;
import io.flowmap.distill.train.TrainedModel;
import io.flowmap.distill.train.Trainer;
import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.LocalObjective;
import io.flowmap.distill.train.step.ObjectiveFactory;
import io.flowmap.distill.train.step.StepReport;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.distill.train.step.Updater;
import io.flowmap.tensor.ParameterLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Executors in separate JVMs, one of which is killed in the middle of a round. */
class LostExecutorTest {
    private static final String LOCAL = "local[2]";
    private static final String CLUSTER = "local-cluster[2,1,512]";

    @TempDir
    Path folder;

    @AfterAll
    static void close() {
        TinyRun.session(LOCAL).stop();
    }

    @Test
    void hashSurvivesAKilledExecutor() {
        var run = new TinyRun(folder.resolve("run"), "finetune.penalty.every=2").distilled(LOCAL);
        var whole = train(run, LOCAL, "whole", false);
        var lost = new AtomicInteger();
        TinyRun.session(CLUSTER).sparkContext().addSparkListener(new SparkListener() {
            @Override
            public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
                lost.incrementAndGet();
            }
        });
        var hurt = train(run, CLUSTER, "hurt", true);
        assertThat(lost).hasPositiveValue();
        assertThat(hurt.hash()).isEqualTo(whole.hash());
    }

    private static TrainedModel train(TinyRun run, String master, String name, boolean killing) {
        var context = run.context(master);
        var config = FinetuneJob.config(context);
        var finetuning = Finetuning.of(context, config, Distillation.of(context));
        var recipe = killing ? new Killing(finetuning.recipe()) : finetuning.recipe();
        var blocks = BlockSource.latents(TrainingSplits.of(context, List.of("train")));
        return new Trainer(context, recipe, blocks, config.training(), context.stage(name))
                .train(finetuning.start(), finetuning.layout());
    }

    /** Halts the JVM of a task's first attempt in the sixth step. */
    private record Killing(ObjectiveFactory sound) implements ObjectiveFactory {
        @Override
        public LocalObjective create(Configuration hadoop, TrainingConfig config) {
            return new Halting(sound.create(hadoop, config));
        }

        @Override
        public long seed() {
            return sound.seed();
        }

        @Override
        public List<String> measures() {
            return sound.measures();
        }

        @Override
        public Updater updater(TrainingConfig config, int length, long start) {
            return sound.updater(config, length, start);
        }
    }

    private record Halting(LocalObjective sound) implements LocalObjective {
        @Override
        public ParameterLayout layout() {
            return sound.layout();
        }

        @Override
        public StepReport gradient(INDArray parameters, INDArray gradient, Batch batch, long step) {
            boolean first = TaskContext.get().attemptNumber() == 0;
            if (step == 6 && first && TaskContext.getPartitionId() == 1) {
                Runtime.getRuntime().halt(137);
            }
            return sound.gradient(parameters, gradient, batch, step);
        }

        @Override
        public void normalise(INDArray parameters) {
            sound.normalise(parameters);
        }

        @Override
        public void close() {
            try {
                sound.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
