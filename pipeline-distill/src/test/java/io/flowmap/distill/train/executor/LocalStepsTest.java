package io.flowmap.distill.train.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.prepare.Alignment;
import io.flowmap.distill.prepare.AlignmentConfig;
import io.flowmap.distill.train.Configs;
import io.flowmap.distill.train.DrawnSamples;
import io.flowmap.distill.train.Faults;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.ObjectiveFactory;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.distill.train.step.Updater;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.edm2.UNetConfig;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key under which an executor keeps a training's objectives and data. */
class LocalStepsTest {
    private static final DrawnSamples DATA = new DrawnSamples(5, 40);

    private final Configuration hadoop = new Configuration();
    private final NetworkSpec spec = new NetworkSpec(
            UNetConfig.of(8, List.of(1), 1, List.of(), 8),
            false,
            NoiseLabel.LOG_SIGMA,
            0.5,
            new LatentShape(1, 8, 8),
            ConditionShape.NONE);

    @TempDir
    java.nio.file.Path dir;

    @Test
    void anotherModelInTheSamePathIsAnotherTraining() {
        store(1);
        var first = model();
        var key = key(first);
        assertThat(key(model())).isEqualTo(key).hasSize(64);
        store(2);
        assertThat(key(model())).isNotEqualTo(key);
        store(1);
        assertThat(key(model())).isEqualTo(key);
    }

    @Test
    void aModelThatWasReplacedSinceTheJobBeganIsRefused() {
        store(1);
        var first = model();
        store(2);
        assertThatThrownBy(() -> first.vector(hadoop))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected parameters with hash " + first.hash())
                .hasMessageContaining("got " + model().hash());
        assertThat(model().vector(hadoop)).isEqualTo(vector(2));
    }

    @Test
    void onlyEqualRecipesCountAsOneTraining() {
        var config = Configs.with();
        var key = key(sound(3), DATA, config, 1);
        assertThat(key(sound(3), new DrawnSamples(5, 40), Configs.with(), 1)).isEqualTo(key);
        assertThat(key(sound(4), DATA, config, 1)).isNotEqualTo(key);
        assertThat(key(sound(3), new DrawnSamples(5, 41), config, 1)).isNotEqualTo(key);
        assertThat(key(sound(3), DATA, Configs.with("batch-per-worker=9"), 1)).isNotEqualTo(key);
        assertThat(key(sound(3), DATA, config, 2)).isNotEqualTo(key);
    }

    private static Faults sound(long seed) {
        return new Faults(seed, Faults.Kind.NONE, 0);
    }

    private String key(StoredModel model) {
        var recipe = new Alignment(model, new AlignmentConfig(new TimePairs(-0.4, 1), 1.5, Configs.with()), 3);
        return key(recipe, DATA, Configs.with(), 0);
    }

    private String key(ObjectiveFactory recipe, BlockSource data, TrainingConfig config, long start) {
        var updater = Updater.of(config, 8, start);
        return LocalSteps.of(recipe, data, config, updater, new SerializableConfiguration(hadoop))
                .key();
    }

    private StoredModel model() {
        return StoredModel.of(hadoop, spec, new Path(dir.toUri()), "parameters");
    }

    private void store(long seed) {
        CheckpointStore.open(hadoop, new Path(dir.toUri()))
                .save(
                        0,
                        Map.of("parameters", vector(seed)),
                        spec.parameters().layout(),
                        Json.mapper().createObjectNode());
    }

    private float[] vector(long seed) {
        return InitialParameters.draw(spec.parameters(), seed);
    }
}
