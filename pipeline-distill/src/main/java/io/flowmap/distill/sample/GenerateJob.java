package io.flowmap.distill.sample;

import io.flowmap.data.LatentData;
import io.flowmap.data.SampleSchema;
import io.flowmap.data.TrainingSplits;
import io.flowmap.distill.DistillConfig;
import io.flowmap.distill.teacher.StoredTeacher;
import io.flowmap.model.StoredModel;
import io.flowmap.stage.CountBar;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import io.flowmap.stage.StageOutput;
import io.flowmap.text.PromptFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/** Samples teacher and flow map at several step counts from the same noise; writes Parquet and PNG grids. */
public final class GenerateJob implements Job {
    private static final List<String> TRAINING = List.of("train", "train/*");

    /**
     * @param split split whose shape the samples have
     * @param prompts number of texts that they are drawn for, 0 for none
     * @param unknownWords words of the texts that the network reads as unknown, the first ones
     * @param takenOver samples reused from an earlier output
     * @param gamma noise between steps, by number of steps
     * @param grids files of pictures
     */
    private record Facts(
            String split,
            int prompts,
            List<String> unknownWords,
            int samples,
            int takenOver,
            List<String> models,
            Map<String, Cost> networks,
            List<Integer> steps,
            Map<Integer, Double> gamma,
            long noiseSeed,
            List<String> grids) {}

    /** Parameters of a model, and network evaluations per step. */
    private record Cost(long parameters, int evaluations) {}

    @Override
    public String name() {
        return "generate";
    }

    @Override
    public String summary() {
        return "Sample teacher and flow map at several step counts";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of("generate", GenerateConfig.class, "distill", DistillConfig.class);
    }

    @Override
    public void run(JobContext context) {
        var config = context.settings().section("generate", GenerateConfig.class);
        List<StageInput> inputs = new ArrayList<>(List.of(StageInput.stage(context, StageNames.DATA)));
        if (config.models().contains("teacher")) {
            inputs.add(StageInput.stage(context, config.teacher().stage()));
        }
        if (config.models().contains("student")) {
            inputs.add(StageInput.stage(context, config.studentStage()));
        }
        var file = file(context, config.prompts().file(), inputs);
        new Stage(StageNames.SAMPLES, List.of("generate"), inputs, Set.of("top-up"))
                .make(context, "generate", output -> draw(context, config, file, output));
    }

    /** Reads the file of prompts, which is an input, so that a change of it is noticed; null if none is set. */
    private static PromptFile file(JobContext context, String path, List<StageInput> inputs) {
        if (path == null) {
            return null;
        }
        var file = PromptFile.read(context.hadoop(), new Path(path));
        inputs.add(new StageInput("generate.prompts.from", StageInput.withoutCredentials(file.path()), file.sha256()));
        return file;
    }

    private static Facts draw(JobContext context, GenerateConfig config, PromptFile file, StageOutput output) {
        boolean teacher = config.models().contains("teacher");
        boolean student = config.models().contains("student");
        var earlier = config.topUp().isEmpty() ? null : EarlierSamples.of(context, config, output);
        var directory = context.stage(StageNames.DATA);
        StoredTeacher guided = teacher ? StoredTeacher.of(context, config.teacher(), config.teacherAverage()) : null;
        StoredModel flowMap =
                student ? StoredModel.of(context, config.studentStage(), ".", config.studentAverage()) : null;
        var models = Stream.of(guided == null ? null : guided.main(), flowMap)
                .filter(Objects::nonNull)
                .toList();
        var data = data(context, config, directory, models.get(0));
        models.forEach(config.split() == null ? model -> model.requireFits(data) : model -> model.requireDraws(data));
        if (config.prompts().from() != null) {
            models.forEach(Prompts::requireReads);
        }
        var prompts = prompts(context, config, file, directory);
        int drawn = earlier == null ? 0 : earlier.count();
        var task = new SampleTask(
                config,
                drawn,
                guided,
                flowMap,
                new SampleSource(
                        data.shape(),
                        data.encoder(),
                        prompts == null ? data.conditions() : prompts.conditions(),
                        config.shift(),
                        context.run().seedOf("generate"),
                        config.batch()),
                prompts);
        for (String model : config.models()) {
            context.progress()
                    .phase("generate", Map.of("model", model, "steps", config.steps(), "samples", config.samples()));
            write(context, output, task, model, earlier);
        }
        var grids = SampleGrids.of(config, data.imageShape(), data.classes(), prompts)
                .write(context, output, config);
        if (prompts != null) {
            PromptPage.write(context, output, config, prompts);
        }
        return new Facts(
                data.split(),
                prompts == null ? 0 : prompts.period(),
                prompts == null ? List.of() : prompts.unknown(),
                config.samples(),
                drawn,
                config.models(),
                networks(guided, flowMap),
                config.steps(),
                config.steps().stream().collect(Collectors.toMap(steps -> steps, config::gammaAt)),
                context.run().seedOf("generate"),
                grids);
    }

    /** The split that names the shape of the samples: as configured, of any size, or the training split of the model's own shape. */
    private static LatentData data(JobContext context, GenerateConfig config, Path directory, StoredModel model) {
        return config.split() == null
                ? TrainingSplits.open(context.hadoop(), directory, TRAINING)
                        .like(model.spec().shape())
                : LatentData.open(context.hadoop(), directory, config.split());
    }

    private static Prompts prompts(JobContext context, GenerateConfig config, PromptFile file, Path data) {
        if (config.prompts().split() != null) {
            return Prompts.ofSplit(context, config, data);
        }
        return file == null ? null : Prompts.of(context, config, file, data);
    }

    private static Map<String, Cost> networks(StoredTeacher teacher, StoredModel student) {
        var networks = new TreeMap<String, Cost>();
        if (teacher != null) {
            networks.put("teacher", new Cost(teacher.parameters(), teacher.evaluations()));
        }
        if (student != null) {
            networks.put("student", new Cost(student.parameters(), 1));
        }
        return networks;
    }

    private static void write(
            JobContext context, StageOutput output, SampleTask task, String model, EarlierSamples earlier) {
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        var hadoop = spark.broadcast(new SerializableConfiguration(context.hadoop()));
        List<Integer> batches = IntStream.range(task.firstBatch(), task.config().batches())
                .boxed()
                .toList();
        int slices = Math.min(batches.size(), 2 * spark.defaultParallelism());
        StructType type = SampleSchema.type()
                .add(SampleSchema.GUIDANCE, DataTypes.DoubleType)
                .add(SampleSchema.STEPS, DataTypes.IntegerType);
        try (var bar = new CountBar(context, "generate " + model, task.work(), "evaluations")) {
            var counter = bar.counter();
            JavaRDD<Row> rows = spark.parallelize(batches, slices)
                    .mapPartitions(part -> task.rows(model, part, hadoop.value().value(), counter));
            var samples = context.spark().createDataFrame(rows, type);
            (earlier == null ? samples : samples.union(earlier.rows(context, model, type)))
                    .write()
                    .mode(SaveMode.Overwrite)
                    .partitionBy(SampleSchema.GUIDANCE, SampleSchema.STEPS)
                    .parquet(new Path(output.dir(), SampleSchema.MODEL + "=" + model).toString());
        }
    }
}
