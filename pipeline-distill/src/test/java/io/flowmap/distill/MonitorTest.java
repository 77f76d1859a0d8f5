package io.flowmap.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.data.Conditions;
import io.flowmap.data.LatentData;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.train.Sessions;
import io.flowmap.distill.train.TrainedModel;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.FieldProgram;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.edm2.UNetConfig;
import io.flowmap.stage.JobContext;
import io.flowmap.tensor.CounterRandom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a training shows at its checkpoints. */
class MonitorTest {
    private static final LatentShape SHAPE = new LatentShape(1, 8, 8);
    private static final int STEPS = 4;
    private static final long SEED = 7;
    private static final int RECORDS = 5;
    private static final NetworkSpec SPEC = new NetworkSpec(
            UNetConfig.of(8, List.of(1, 2), 1, List.of(), 64),
            false,
            NoiseLabel.TIME,
            0.5,
            SHAPE,
            ConditionShape.classes(2));

    @TempDir
    Path dir;

    private JobContext context(int pictures, int validation) {
        return Sessions.context(
                Sessions.open("local[2]"),
                "run.dir=" + dir,
                "training.workers=1",
                "training.batch-per-worker=4",
                "training.steps=" + STEPS,
                "training.checkpoint-every=2",
                "training.ema-stds=[0.1]",
                "training.monitor.pictures=" + pictures,
                "training.monitor.steps=[1, 2]",
                "training.monitor.batch=3",
                "training.monitor.validation=" + validation);
    }

    private TrainedModel train(JobContext context, String name) {
        var config = context.settings().section("training", TrainingConfig.class);
        return new FlowMatchingTraining(new TimePairs(0, 1), 0.1, config)
                .run(
                        context,
                        SPEC,
                        () -> InitialParameters.draw(SPEC.parameters(), 3),
                        SEED,
                        new org.apache.hadoop.fs.Path(dir.resolve(name).toUri()));
    }

    @Test
    void picturesAndLossAreThoseOfTheAverageAndChangeNothing() throws Exception {
        var context = context(4, RECORDS);
        DrawnData.write(context, SHAPE, 2, 24);
        var hash = train(context(0, 0), "plain").hash();
        assertThat(train(context, "seen").hash()).isEqualTo(hash);
        assertThat(dir.resolve("plain/pictures")).doesNotExist();

        var picture =
                ImageIO.read(dir.resolve("seen/pictures/step-00000004.png").toFile());
        assertThat(picture.getWidth()).isGreaterThanOrEqualTo(4 * 8);
        assertThat(picture.getHeight()).isBetween(2 * 8, 3 * 8);
        try (var files = Files.list(dir.resolve("seen/pictures"))) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".png")))
                    .containsExactlyInAnyOrder("step-00000002.png", "step-00000004.png");
        }

        var rows = context.spark()
                .read()
                .parquet(dir.resolve("seen/training").toString())
                .orderBy("step")
                .collectAsList();
        assertThat(rows).hasSize(STEPS);
        assertThat(loss(rows.get(0))).isNaN();
        var model = StoredModel.of(
                context.hadoop(),
                SPEC,
                new org.apache.hadoop.fs.Path(dir.resolve("seen").toUri()),
                "ema-0.1");
        assertThat(loss(rows.get(STEPS - 1))).isCloseTo(expected(context, model), within(1e-6));
    }

    private static double loss(Row row) {
        Number value = row.getAs("validation_loss");
        return value == null ? Double.NaN : value.doubleValue();
    }

    /** The loss of each record on its own, from its definition. */
    private static double expected(JobContext context, StoredModel model) {
        var block = LatentData.open(context.hadoop(), context.stage("data"), "train")
                .read(0);
        var random = new CounterRandom(SEED);
        int size = SHAPE.size();
        double sum = 0;
        try (var field = model.frozen("field", context.hadoop());
                var program = new FieldProgram(field, SPEC.condition(), 1, SPEC.sample())) {
            for (int i = 0; i < RECORDS; i++) {
                program.condition(Conditions.classes(block.label()[i]), 1);
                var z = new float[size];
                random.gaussians(z, 0, size, 25, i);
                float[] x0 = block.latent(i);
                float t = (i + 0.5f) / RECORDS;
                var xt = new float[size];
                for (int k = 0; k < size; k++) {
                    xt[k] = (1 - t) * x0[k] + t * z[k];
                }
                INDArray x = Nd4j.create(xt, new long[] {1, 1, 8, 8}, 'c');
                float[] v = program.at(x, t).dup('c').data().asFloat();
                for (int k = 0; k < size; k++) {
                    double error = v[k] - (z[k] - x0[k]);
                    sum += error * error;
                }
            }
        }
        return sum / (RECORDS * size);
    }
}
