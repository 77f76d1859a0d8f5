package io.flowmap.app.mixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.adversarial.FinetuneJob;
import io.flowmap.config.Settings;
import io.flowmap.config.UserError;
import io.flowmap.data.BlockFile;
import io.flowmap.data.Conditions;
import io.flowmap.data.DataFacts;
import io.flowmap.data.Edm2;
import io.flowmap.data.LatentData;
import io.flowmap.data.LatentRecord;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.DistillJob;
import io.flowmap.distill.PretrainJob;
import io.flowmap.distill.sample.GenerateJob;
import io.flowmap.model.FieldProgram;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.ConditionShape;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Progress;
import io.flowmap.stage.StageOutput;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.DType;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network and a condition known only to this test, from data to samples. */
class MixerTest {
    private static final LatentShape SHAPE = new LatentShape(1, 8, 8);
    private static final String ATTRIBUTES = "attributes";
    private static final int COUNT = 96;

    @TempDir
    static Path dir;

    private static SparkSession spark;

    @BeforeAll
    static void run() throws Exception {
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", 2)
                .getOrCreate();
        write(context());
        for (Job job : List.of(new PretrainJob(), new DistillJob(), new FinetuneJob(), new GenerateJob())) {
            job.run(context());
        }
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @Test
    void storedNetworksAreReadBackWithTheirConfiguration() {
        for (var stage : List.of("flowmap", "finetuned")) {
            var model = StoredModel.of(context(), stage, ".", "parameters");
            assertThat(model.spec().config()).isEqualTo(new MixerConfig(2, 16, 1));
            assertThat(model.spec().condition()).isEqualTo(new ConditionShape(Map.of(ATTRIBUTES, List.of(3))));
            assertThat(model.arrays(context().hadoop()).keySet())
                    .containsExactlyElementsOf(model.spec().network().order());
        }
    }

    /** Training data are disks whose brightness is given by the attributes. The velocity at noise must be brighter for a dark disk. */
    @Test
    void theConditionHasBeenLearned() {
        var model = StoredModel.of(context(), "teacher", "main", "ema-0.1");
        var dark = mean(model, -0.8f);
        var bright = mean(model, 0.8f);
        assertThat(dark).isGreaterThan(bright + 0.3);
    }

    private static double mean(StoredModel model, float brightness) {
        var attributes = new float[] {brightness, 0, 0};
        var conditions = new Conditions(new int[] {-1}, Map.of(ATTRIBUTES, attributes));
        try (var field = model.frozen("field", context().hadoop());
                var program = new FieldProgram(field, model.spec().condition(), 1, SHAPE.dimensions())) {
            program.condition(conditions, 1);
            INDArray noise = Nd4j.zeros(1, 1, 8, 8);
            return program.at(noise, 0.9).meanNumber().doubleValue();
        }
    }

    /** Sample i has the attributes of record i: the darker half of the records gives the darker samples. */
    @Test
    void samplesFollowTheRecords() {
        var rows = spark.read()
                .parquet(dir.resolve("run/samples/model=teacher").toString())
                .where("steps = 8")
                .orderBy("index")
                .collectAsList();
        assertThat(rows).hasSize(16);
        double dark = 0;
        double bright = 0;
        for (var row : rows) {
            long index = row.getAs("index");
            double mean = 0;
            byte[] image = row.getAs("image");
            for (byte pixel : image) {
                mean += (pixel & 0xff) / (double) image.length;
            }
            if (brightness(index) < 0) {
                dark += mean;
            } else {
                bright += mean;
            }
        }
        assertThat(bright).isGreaterThan(dark);
    }

    @Test
    void dataWithoutTheConditionIsRefused() throws Exception {
        var other = context("run.stages.data=" + dir.resolve("other"));
        var output = StageOutput.open(other, "data", List.of(), List.of());
        output.finish(
                new DataFacts(SHAPE, DType.FLOAT32, new Edm2().toJson(), 0, List.of(), Map.of("train", List.of())));
        assertThatThrownBy(() -> new DistillJob().run(other))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("attributes=[3]")
                .hasMessageContaining("no condition");
    }

    @Test
    void anUnknownArchitectureIsNamed() {
        assertThatThrownBy(() -> new PretrainJob()
                        .run(context(
                                "run.dir=" + dir.resolve("unknown"),
                                "run.stages.data=" + dir.resolve("run/data"),
                                "network.architecture=mixr")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("[edm2, flux, mixer]")
                .hasMessageContaining("mixr");
    }

    private static JobContext context(String... more) {
        var settings = new ArrayList<>(List.of(
                "run.dir=" + dir.resolve("run"),
                "network.architecture=mixer",
                "training.workers=2",
                "training.batch-per-worker=8",
                "training.local-steps=2",
                "training.average=parameters",
                "training.learning-rate.peak=1e-2",
                "pretrain.main.training.steps=160",
                "pretrain.weak.training.steps=8",
                "distill.training.steps=8",
                "distill.objective.warmup-steps=2",
                "finetune.training.steps=4",
                "finetune.watch.samples=0",
                "finetune.discriminator.channel-base=64",
                "finetune.discriminator.channel-max=8",
                "generate.steps=[1, 8]",
                "generate.guidance=[1]",
                "generate.samples=16",
                "generate.batch=8",
                "generate.student-stage=finetuned"));
        settings.addAll(List.of(more));
        return new JobContext(
                spark, Settings.load(Optional.empty(), settings), Progress.log(Clock.systemUTC()), Clock.systemUTC());
    }

    private static float brightness(long record) {
        return (float) (2 * new CounterRandom(5).uniform(record) - 1);
    }

    /** Images of one brightness with a little noise; the other two attributes carry no information. */
    private static void write(JobContext context) throws Exception {
        var output = StageOutput.open(context, "data", List.of(), List.of());
        var random = new CounterRandom(7);
        var rows = LongStream.range(0, COUNT)
                .mapToObj(i -> {
                    var values = new float[SHAPE.size()];
                    random.gaussians(values, 0, values.length, i);
                    for (int j = 0; j < values.length; j++) {
                        values[j] = 0.1f * values[j] + brightness(i);
                    }
                    var row = LatentSchema.row(LatentRecord.of(i, -1, values, DType.FLOAT32, SHAPE));
                    var cells = new Object[row.length() + 1];
                    for (int c = 0; c < row.length(); c++) {
                        cells[c] = row.get(c);
                    }
                    cells[row.length()] = DType.FLOAT32.encode(new float[] {brightness(i), 0.5f, -0.5f});
                    return RowFactory.create(cells);
                })
                .toList();
        var folder = new org.apache.hadoop.fs.Path(output.dir(), "train/block");
        spark.createDataFrame(rows, LatentSchema.type().add(LatentSchema.condition(ATTRIBUTES), DataTypes.BinaryType))
                .coalesce(1)
                .write()
                .parquet(folder.toString());
        String file = null;
        for (var status : output.fileSystem().listStatus(folder)) {
            file = status.getPath().getName().endsWith(".parquet")
                    ? status.getPath().getName()
                    : file;
        }
        var blocks = List.of(new BlockFile("block/" + file, 0, COUNT));
        output.finish(new DataFacts(
                SHAPE,
                DType.FLOAT32,
                new Edm2().toJson(),
                0,
                List.of(),
                Map.of("train", blocks),
                Map.of(),
                Map.of(ATTRIBUTES, new DataFacts.ArrayFacts(List.of(3), DType.FLOAT32))));
        assertThat(LatentData.open(context.hadoop(), output.dir(), "train").condition())
                .isEqualTo(new ConditionShape(Map.of(ATTRIBUTES, List.of(3))));
    }
}
