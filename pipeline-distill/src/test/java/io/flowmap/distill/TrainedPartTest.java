package io.flowmap.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.data.TrainingSplits;
import io.flowmap.distill.objective.FlowMatching;
import io.flowmap.distill.train.Sessions;
import io.flowmap.distill.train.executor.BatchReader;
import io.flowmap.distill.train.executor.BlockCache;
import io.flowmap.distill.train.step.Adam;
import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.ForcedNormalisation;
import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.edm2.UNetConfig;
import io.flowmap.stage.JobContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Training of only some of a network's parameters. */
class TrainedPartTest {
    private static final String PATTERN = "*.emb_*";
    private static final int STEPS = 6;
    private static final int BATCH = 4;
    private static final int COUNT = 24;
    private static final LatentShape SHAPE = new LatentShape(1, 8, 8);
    private static final TimePairs TIME = new TimePairs(0, 1);
    private static final NetworkSpec SPEC = new NetworkSpec(
            UNetConfig.of(8, List.of(1, 2), 1, List.of(), 64),
            false,
            NoiseLabel.TIME,
            0.5,
            SHAPE,
            ConditionShape.classes(2));

    @TempDir
    Path dir;

    private JobContext context;

    @BeforeEach
    void data() throws Exception {
        context = Sessions.context(
                Sessions.open("local[2]"),
                "run.dir=" + dir,
                "training.workers=1",
                "training.batch-per-worker=" + BATCH,
                "training.steps=" + STEPS,
                "training.checkpoint-every=2",
                "training.keep-checkpoints=9",
                "training.ema-stds=[0.1]",
                "training.learning-rate.decay=constant",
                "training.parameters=[\"" + PATTERN + "\"]");
        DrawnData.write(context, SHAPE, 2, COUNT);
    }

    private TrainingConfig config() {
        return context.settings().section("training", TrainingConfig.class);
    }

    private org.apache.hadoop.fs.Path training() {
        return new org.apache.hadoop.fs.Path(dir.resolve("part").toUri());
    }

    /** Normalised parameters with non-zero gains, since zero gains would hide the embeddings. */
    private static float[] initial() {
        var flat = InitialParameters.draw(SPEC.parameters(), 3);
        SPEC.parameters().forEach((place, p, offset) -> {
            if (p.name().endsWith("gain")) {
                flat[(int) offset] = 0.5f;
            }
        });
        ForcedNormalisation.apply(SPEC.parameters(), flat);
        return flat;
    }

    private float[] train() {
        var trained =
                new FlowMatchingTraining(TIME, 0, config()).run(context, SPEC, TrainedPartTest::initial, 7, training());
        return trained.vector("parameters");
    }

    /** The same steps on all parameters, where the frozen ones are reset after each step. */
    private float[] restored() {
        var all = SPEC.parameters();
        var part = all.matching(List.of(PATTERN));
        var rest = all.without(part);
        float[] base = rest.select(all, initial());
        float[] parameters = initial();
        ForcedNormalisation.apply(all, parameters);
        rest.place(base, all, parameters);
        var flat = Nd4j.createFromArray(parameters);
        var gradient = Nd4j.create(DataType.FLOAT, parameters.length);
        var m = new float[parameters.length];
        var v = new float[parameters.length];
        var config = config();
        var recipe = new StudentFactory(SPEC, new FlowMatching(TIME), null, null, 0, 7);
        try (var objective = recipe.create(context.hadoop(), config())) {
            for (int step = 0; step < STEPS; step++) {
                objective.gradient(flat, gradient, batch((long) step * BATCH), step);
                new Adam(config.adam())
                        .update(
                                parameters,
                                gradient.data().asFloat(),
                                m,
                                v,
                                step,
                                config.learningRate().at(step, STEPS));
                ForcedNormalisation.apply(all, parameters);
                rest.place(base, all, parameters);
                flat.data().setData(parameters);
            }
        }
        return part.select(all, parameters);
    }

    private Batch batch(long first) {
        var data = BlockSource.latents(TrainingSplits.of(context, List.of("train")));
        var blocks = new BlockCache(data.open(context.hadoop()), 1 << 20);
        return new BatchReader(blocks, data, 7, BATCH).read(first);
    }

    @Test
    void trainingAPartEqualsFullTrainingWithTheOtherEntriesReset() {
        assertThat(train()).isEqualTo(restored()).isNotEqualTo(part());
    }

    private static float[] part() {
        var all = SPEC.parameters();
        return all.matching(List.of(PATTERN)).select(all, initial());
    }

    @Test
    void checkpointsHoldThePartAndNameTheRest() {
        float[] trained = train();
        var part = SPEC.parameters().matching(List.of(PATTERN));
        var store = CheckpointStore.open(context.hadoop(), training());
        var checkpoint = store.loadFinal();
        assertThat(checkpoint.layout()).isEqualTo(part.layout());
        assertThat(checkpoint.vectors().values()).allMatch(vector -> vector.length == part.length());
        assertThat(part.length()).isLessThan(SPEC.parameters().length() / 4);
        assertThat(checkpoint.frozen().path()).endsWith("part/frozen.safetensors");
        var model = StoredModel.of(context.hadoop(), SPEC, training(), "parameters");
        var all = SPEC.parameters();
        assertThat(part.select(all, model.vector(context.hadoop()))).isEqualTo(trained);
        var rest = all.without(part);
        assertThat(rest.select(all, model.vector(context.hadoop()))).isEqualTo(rest.select(all, initial()));
        try (var field = model.frozen("field", context.hadoop())) {
            assertThat(field.arrays().keySet())
                    .containsExactlyInAnyOrderElementsOf(SPEC.network().order());
        }
    }

    @Test
    void theJobResumesToTheSameBits() {
        float[] once = train();
        CheckpointStore.open(context.hadoop(), training()).truncate(2);
        assertThat(train()).isEqualTo(once);
    }

    @Test
    void aChangedBaseIsRefusedByName() throws Exception {
        train();
        var file = dir.resolve("part/frozen.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 2] ^= 1;
        Files.deleteIfExists(dir.resolve("part/.frozen.safetensors.crc"));
        Files.write(file, bytes);
        assertThatThrownBy(this::train).isInstanceOf(UserError.class).hasMessageContaining("frozen.safetensors");
        var model = StoredModel.of(context.hadoop(), SPEC, training(), "parameters");
        assertThatThrownBy(() -> model.frozen("field", context.hadoop()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("frozen.safetensors")
                .hasMessageContaining("changed");
    }

    @Test
    void moreParametersThanAnArrayHoldsAreRefusedBeforeTheyAreDrawn() {
        var large = new FlatParameters(List.of(
                new Parameter("base", new long[] {1 << 16, 1 << 16}, Parameter.Kind.DENSE),
                new Parameter("emb", new long[] {8}, Parameter.Kind.DENSE)));
        assertThatThrownBy(() -> TrainedPart.of(
                        large,
                        part -> {
                            throw new AssertionError("drawn");
                        },
                        large,
                        List.of("emb"),
                        null,
                        context.hadoop(),
                        training()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("4294967296");
    }

    @Test
    void aPatternWithoutMatchIsNamed() {
        assertThatThrownBy(() -> SPEC.parameters().matching(List.of("*.emb_*", "*.embed")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("*.embed");
        var names = new ArrayList<String>();
        SPEC.parameters().matching(List.of("out_*")).forEach(p -> names.add(p.name()));
        assertThat(names).isEqualTo(Arrays.asList("out_gain", "out_conv.weight"));
    }
}
