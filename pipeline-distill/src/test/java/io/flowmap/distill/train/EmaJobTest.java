package io.flowmap.distill.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.EmaJob;
import io.flowmap.distill.train.Faults.Kind;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.edm2.UNetConfig;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageOutput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmaJobTest {
    @TempDir
    Path dir;

    @Test
    void aSeparateStageHoldsTheNetworksWithTheNewRoles() {
        var context = context("ema.stage=teacher", "ema.widths=[0.05,0.08]");
        var tracked = trainedStage(context);
        new EmaJob().run(context);
        assertThat(StoredModel.names(context, "teacher-ema")).containsExactly("main", "weak");
        for (String name : List.of("main", "weak")) {
            var again = StoredModel.of(context, "teacher-ema", name, "ema-0.05").vector(context.hadoop());
            assertThat(again).containsExactly(tracked.get(name), within(1e-6f));
            assertThat(StoredModel.of(context, "teacher-ema", name, "ema-0.08").vector(context.hadoop()))
                    .isNotEqualTo(again);
        }
        assertThat(StoredModel.of(context, "teacher-ema", "weak", "ema-0.08").spec())
                .isEqualTo(
                        StoredModel.of(context, "teacher", "weak", "ema-0.05").spec());
    }

    @Test
    void theAverageAtAStepEqualsItsSnapshot() {
        var context = context("ema.stage=teacher", "ema.widths=[0.05]");
        var tracked = trainedStage(context);
        var main = StoredModel.of(context, "teacher", "main", "ema-0.05");
        var steps = CheckpointStore.open(context.hadoop(), new org.apache.hadoop.fs.Path(main.dir()))
                .snapshots()
                .steps();
        assertThat(steps).hasSizeGreaterThan(1);
        var last = StoredModel.of(context, "teacher", "main", "ema-0.05@" + steps.get(steps.size() - 1));
        assertThat(last.vector(context.hadoop())).isEqualTo(tracked.get("main"));
        var first = StoredModel.of(context, "teacher", "main", "ema-0.05@" + steps.get(0));
        assertThat(first.vector(context.hadoop())).isNotEqualTo(tracked.get("main"));
        assertThatThrownBy(() -> StoredModel.of(context, "teacher", "main", "ema-0.05@1"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("main/snapshots: expected one of steps " + steps + ", got 1");
        assertThatThrownBy(() -> StoredModel.of(context, "teacher", "main", "parameters@" + steps.get(0)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected one of [ema-0.05, ema-0.1], got parameters");
    }

    @Test
    void aWidthAboveUniformIsTheUsersMistake() {
        var context = context("ema.stage=teacher", "ema.widths=[0.3]");
        assertThatThrownBy(() -> new EmaJob().run(context))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("0.3");
    }

    private static Map<String, float[]> trainedStage(JobContext context) {
        var output = StageOutput.open(context, "teacher", List.of(), List.of());
        var config = Configs.with("snapshot-every=6");
        var averages = new TreeMap<String, float[]>();
        for (String name : List.of("main", "weak")) {
            var objective = new Faults(name.length() + name.charAt(0), Kind.NONE, 0);
            var path = StoredModel.directory(output.dir(), name);
            var trained = new Trainer(context, objective, new DrawnSamples(5, 40), config, path)
                    .train(() -> SmallMlp.initial(1), SmallMlp.LAYOUT);
            averages.put(name, trained.vector("ema-0.05"));
        }
        output.finish(Map.of(StoredModel.FACT, Map.of("main", spec(16), "weak", spec(8))));
        return averages;
    }

    private static NetworkSpec spec(int channels) {
        var unet = UNetConfig.of(channels, List.of(1), 1, List.of(), 64);
        return new NetworkSpec(unet, false, NoiseLabel.TIME, 0.5, new LatentShape(1, 8, 8), ConditionShape.NONE);
    }

    private JobContext context(String... keys) {
        var all = new ArrayList<>(List.of(keys));
        all.add("run.dir=\"" + dir + "\"");
        return Sessions.context(Sessions.open("local[2,3]"), all.toArray(String[]::new));
    }
}
