package io.flowmap.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.checkpoint.FrozenFile;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.data.BlockFile;
import io.flowmap.data.Conditions;
import io.flowmap.data.DataFacts;
import io.flowmap.data.Edm2;
import io.flowmap.data.LatentRecord;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.sample.GenerateJob;
import io.flowmap.distill.train.Sessions;
import io.flowmap.model.FieldProgram;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.Lora;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageOutput;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.DType;
import io.flowmap.tensor.Floats;
import io.flowmap.tensor.ParameterLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Adapters of a small FLUX transformer, from data with texts to samples. */
class LoraDistillTest {
    private static final LatentShape SHAPE = new LatentShape(2, 4, 6);
    private static final Map<String, List<Integer>> TEXTS = Map.of("text", List.of(3, 5), "pooled", List.of(4));
    private static final int COUNT = 32;
    private static final long SEED = 31;

    @TempDir
    static Path dir;

    @BeforeAll
    static void run() throws Exception {
        write(context());
        new PretrainJob().run(context());
        new DistillJob().run(context());
    }

    private static JobContext context(String... more) {
        var settings = new ArrayList<>(List.of(
                "run.dir=" + dir.resolve("run"),
                "network.architecture=flux",
                "network.flux.hidden-size=16",
                "network.flux.axes-dim=[2, 2, 4]",
                "network.flux.depth=1",
                "network.flux.depth-single-blocks=1",
                "training.workers=1",
                "training.batch-per-worker=4",
                "training.ema-stds=[0.1]",
                "training.snapshot-every=0",
                "training.learning-rate.peak=1e-2",
                "training.learning-rate.decay=constant",
                "pretrain.main.training.steps=6",
                "pretrain.weak.training.steps=1",
                "distill.training.steps=4",
                "distill.objective.warmup-steps=1",
                "distill.lora.rank=2",
                "distill.lora.modules=[\"*_blocks.*\"]",
                "generate.steps=[2]",
                "generate.samples=4",
                "generate.batch=4",
                "generate.shift.by=tokens"));
        settings.addAll(List.of(more));
        return Sessions.context(Sessions.open("local[2]"), settings.toArray(String[]::new));
    }

    private static void write(JobContext context) throws Exception {
        var output = StageOutput.open(context, "data", List.of(), List.of());
        var rows = LongStream.range(0, COUNT)
                .mapToObj(i -> {
                    var row = LatentSchema.row(LatentRecord.of(i, -1, drawn(SHAPE.size(), i, 0), DType.FLOAT32, SHAPE));
                    var cells = new ArrayList<Object>();
                    for (int c = 0; c < row.length(); c++) {
                        cells.add(row.get(c));
                    }
                    cells.add(DType.FLOAT32.encode(drawn(4, i, 1)));
                    cells.add(DType.FLOAT32.encode(drawn(15, i, 2)));
                    return RowFactory.create(cells.toArray());
                })
                .toList();
        var folder = new org.apache.hadoop.fs.Path(output.dir(), "train/block");
        var schema = LatentSchema.type()
                .add(LatentSchema.condition("pooled"), DataTypes.BinaryType)
                .add(LatentSchema.condition("text"), DataTypes.BinaryType);
        context.spark().createDataFrame(rows, schema).coalesce(1).write().parquet(folder.toString());
        String file = null;
        for (var status : output.fileSystem().listStatus(folder)) {
            var name = status.getPath().getName();
            file = name.endsWith(".parquet") ? name : file;
        }
        var arrays = Map.of(
                "pooled", new DataFacts.ArrayFacts(TEXTS.get("pooled"), DType.FLOAT32),
                "text", new DataFacts.ArrayFacts(TEXTS.get("text"), DType.FLOAT32));
        output.finish(new DataFacts(
                SHAPE,
                DType.FLOAT32,
                new Edm2().toJson(),
                0,
                List.of(),
                Map.of("train", List.of(new BlockFile("block/" + file, 0, COUNT))),
                Map.of(),
                arrays));
    }

    private static float[] drawn(int length, long record, long stream) {
        var values = new float[length];
        new CounterRandom(SEED).gaussians(values, 0, length, stream, record);
        return values;
    }

    @Test
    void onlyAdaptersAndTheTargetTimeAreTrained() {
        var store = CheckpointStore.open(context().hadoop(), context().stage("flowmap"));
        var checkpoint = store.loadFinal();
        var names = checkpoint.layout().entries().stream()
                .map(entry -> entry.name())
                .toList();
        assertThat(names)
                .allMatch(name ->
                        name.startsWith("target_time_in.") || name.contains("_blocks.") && name.contains(".lora_"))
                .contains(
                        "target_time_in.in_layer.weight",
                        "double_blocks.0.txt_attn.qkv.k.lora_A.weight",
                        "single_blocks.0.linear1.mlp.lora_B.weight");
        var teacher = StoredModel.of(context(), "teacher", "main", "ema-0.1");
        var student = StoredModel.of(context(), "flowmap", ".", "parameters");
        assertThat(student.spec().lora()).isEqualTo(new Lora(2, 16, false, List.of("*_blocks.*")));
        var base = teacher.spec().parameters();
        assertThat(base.select(
                        student.spec().parameters(), student.vector(context().hadoop())))
                .isEqualTo(teacher.vector(context().hadoop()));
        var trained = checkpoint.vector("parameters");
        var up = checkpoint.layout().entry("double_blocks.0.img_mlp.0.lora_B.weight");
        assertThat(trained[(int) up.offset()]).isNotZero();
    }

    @Test
    void theStudentStartsAsTheTeacher() {
        var untrained = context(
                "run.dir=" + dir.resolve("start"),
                "run.stages.data=" + dir.resolve("run/data"),
                "run.stages.teacher=" + dir.resolve("run/teacher"),
                "distill.training.steps=0",
                "distill.objective.warmup-steps=0");
        new DistillJob().run(untrained);
        var teacher = value(StoredModel.of(untrained, "teacher", "main", "ema-0.1"));
        assertThat(value(StoredModel.of(untrained, "flowmap", ".", "parameters")))
                .isEqualTo(teacher);
        assertThat(value(StoredModel.of(context(), "flowmap", ".", "parameters")))
                .isNotEqualTo(teacher);
    }

    @Test
    void weightsThatStayInTheirFileAreNotCopied() throws Exception {
        var own = StoredModel.of(context(), "teacher", "main", "ema-0.1");
        var plain = new String[] {
            "run.stages.data=" + dir.resolve("run/data"),
            "distill.teacher.guidance=plain",
            "run.dir=" + dir.resolve("base")
        };
        var output = StageOutput.open(context(plain), "imported", List.of(), List.of());
        var main = new org.apache.hadoop.fs.Path(output.dir(), "main");
        var layout = own.spec().parameters().layout();
        var hadoop = context().hadoop();
        var file = FrozenFile.write(hadoop, main, layout, own.vector(hadoop));
        var nothing = ParameterLayout.of(Map.of());
        var state = Json.mapper().createObjectNode();
        var hash = CheckpointStore.open(hadoop, main)
                .save(0, Map.of("parameters", Floats.of(new float[0])), nothing, state, file);
        output.finish(new ModelFacts(Map.of("main", own.spec()), Map.of("main", hash)));
        new DistillJob()
                .run(context(
                        plain[0],
                        plain[1],
                        plain[2],
                        "distill.teacher.stage=imported",
                        "distill.teacher-average=parameters"));
        var copied = dir.resolve("copied");
        new DistillJob()
                .run(context(
                        plain[0], plain[1], "run.dir=" + copied, "run.stages.teacher=" + dir.resolve("run/teacher")));
        assertThat(dir.resolve("base/flowmap/frozen.safetensors")).doesNotExist();
        assertThat(copied.resolve("flowmap/frozen.safetensors")).exists();
        var moved = Files.move(dir.resolve("base"), dir.resolve("moved"));
        assertThat(value(StoredModel.of(context("run.dir=" + moved), "flowmap", ".", "parameters")))
                .isEqualTo(value(StoredModel.of(context("run.dir=" + copied), "flowmap", ".", "parameters")));
    }

    /** The field from t = 0.8 to s = 0.3. */
    private static float[] value(StoredModel model) {
        var conditions = new Conditions(new int[] {-1}, Map.of("pooled", drawn(4, 0, 1), "text", drawn(15, 0, 2)));
        try (var field = model.frozen("field", context().hadoop());
                var program = new FieldProgram(field, model.spec().condition(), 1, SHAPE.dimensions())) {
            program.condition(conditions, 1);
            INDArray x = Nd4j.create(drawn(SHAPE.size(), 3, 3), new long[] {1, 2, 4, 6}, 'c');
            return program.field(x, 0.8, 0.3).dup('c').data().asFloat();
        }
    }

    @Test
    void teacherAndStudentAreSampledOnShiftedTimes() {
        new GenerateJob().run(context());
        for (var model : List.of("teacher", "student")) {
            var samples = context().spark().read().parquet(context().stage("samples") + "/model=" + model);
            assertThat(samples.count()).isEqualTo(4);
        }
    }

    @Test
    void settingsOfAdaptersThatDoNotFitAreNamed() {
        assertThatThrownBy(() -> new DistillJob()
                        .run(context(
                                "run.dir=" + dir.resolve("a"),
                                "run.stages.data=" + dir.resolve("run/data"),
                                "run.stages.teacher=" + dir.resolve("run/teacher"),
                                "distill.lora.modules=[\"*.qvk\"]")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("distill.lora.modules")
                .hasMessageContaining("*.qvk");
        assertThatThrownBy(() ->
                        context("distill.objective.type=meanflow").settings().section("distill", DistillConfig.class))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("lora.rank");
    }
}
