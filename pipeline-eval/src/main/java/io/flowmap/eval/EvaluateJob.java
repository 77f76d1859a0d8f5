package io.flowmap.eval;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentData;
import io.flowmap.eval.distance.FrechetDistance;
import io.flowmap.eval.feature.BlockMeans;
import io.flowmap.eval.feature.CifarResNetWeights;
import io.flowmap.eval.feature.FeatureModel;
import io.flowmap.eval.feature.LeNet;
import io.flowmap.eval.feature.LeNetTraining;
import io.flowmap.eval.metric.Bootstrap;
import io.flowmap.eval.neighbour.PrecisionRecall.Part;
import io.flowmap.eval.prompt.PromptBootstrap;
import io.flowmap.eval.prompt.PromptEvaluation;
import io.flowmap.eval.protocol.FeatureSource;
import io.flowmap.eval.protocol.Measure;
import io.flowmap.eval.protocol.Protocol;
import io.flowmap.eval.set.FeatureSet;
import io.flowmap.eval.set.ImageSources;
import io.flowmap.eval.set.SampleSet;
import io.flowmap.eval.table.MetricRow;
import io.flowmap.file.Store;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import io.flowmap.stage.StageOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SaveMode;

/**
 * Measures generated images with the features of a {@link LeNet} trained on the ingested labels, or of a network from a file.
 * Every set of samples is compared with the real images of the reference split, and so are the training images, whose distance is the
 * floor. Additional named protocols are measured if configured. Writes the table of {@link MetricRow}.
 */
public final class EvaluateJob implements Job {
    /**
     * @param table path of the table of {@link MetricRow}s
     * @param networkAccuracy accuracy of the network on the reference split's classes; null if its classes differ from the data's
     */
    private record Facts(
            int sets,
            String table,
            String network,
            String networkHash,
            @JsonInclude(JsonInclude.Include.NON_NULL) Double networkAccuracy) {}

    @Override
    public String name() {
        return "evaluate";
    }

    @Override
    public String summary() {
        return "measure the samples: Frechet distance, precision, recall, class accuracy, cost of an image";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of("evaluate", EvaluateConfig.class, ClassifierStage.SECTION, LeNetTraining.class);
    }

    @Override
    public void requireData(JobContext context) {
        var settings = context.settings().section("evaluate", EvaluateConfig.class);
        var classes = reference(context, settings).classes();
        if (settings.trainsLeNet() && classes < 2) {
            throw new UserError("cannot measure samples with a network trained on the classes of "
                    + context.stage(StageNames.DATA) + ": expected 2 classes or more, got " + classes
                    + " (ingest a folder for each class or other labels, or set evaluate.features to "
                    + BlockMeans.NAME + " or to the file of a network)");
        }
    }

    @Override
    public void run(JobContext context) {
        var settings = context.settings().section("evaluate", EvaluateConfig.class);
        var inputs = new ArrayList<>(List.of(StageInput.stage(context, StageNames.DATA)));
        if (settings.samples()) {
            inputs.add(StageInput.stage(context, StageNames.SAMPLES));
        }
        var reference = reference(context, settings);
        var named = new NamedModels(context, settings, reference.imageShape());
        var train = LatentData.open(context.hadoop(), context.stage(StageNames.DATA), ImageSources.TRAIN);
        var sets = settings.samples() ? sets(context) : List.<SampleSet>of();
        var model = model(context, settings, reference);
        inputs.add(modelInput(context, settings, model));
        inputs.addAll(named.inputs());
        var measures = PromptMeasures.open(context, settings, reference.imageShape());
        inputs.addAll(measures.inputs());
        var prompts = prompts(context, settings);
        new Stage(StageNames.METRICS, List.of("evaluate"), inputs).make(context, name(), output -> {
            measures.all().forEach(measure -> prompts.check(measure, sets, reference.imageShape()));
            try (var evaluation = new Evaluation(context, settings, reference, model, own(settings, model))) {
                double accuracy = evaluation.referenceAccuracy();
                context.progress()
                        .phase(
                                "classifier",
                                Map.of("split", settings.referenceSplit(), "accuracy", evaluation.told(accuracy)));
                var counts = compare(context, evaluation, sets, train);
                for (int i = 0; i < sets.size(); i++) {
                    evaluation.addCost(sets.get(i), counts.get(i));
                }
                var rows = new ArrayList<>(evaluation.rows());
                named.byModel().forEach((network, protocols) -> {
                    try (var byNetwork = new Evaluation(context, settings, reference, network, protocols)) {
                        compare(context, byNetwork, sets, train);
                        rows.addAll(byNetwork.rows());
                    }
                });
                addPrompts(context, settings, measures, prompts, sets, reference);
                rows.addAll(prompts.rows());
                writeTable(context, output, rows);
                if (!settings.ofPrompts().isEmpty()) {
                    prompts.write(output);
                }
                return new Facts(
                        sets.size(),
                        MetricRow.TABLE,
                        model.name(),
                        model.hash(),
                        Double.isNaN(accuracy) ? null : accuracy);
            }
        });
    }

    private static PromptEvaluation prompts(JobContext context, EvaluateConfig settings) {
        var bootstrap = settings.bootstrap();
        int resamples = bootstrap.promptResamples();
        var prompts = resamples == 0 ? null : new Bootstrap(context.run().seedOf("prompt-bootstrap"), resamples);
        return new PromptEvaluation(context.spark(), new PromptBootstrap(prompts, bootstrap.confidence()));
    }

    private static void addPrompts(
            JobContext context,
            EvaluateConfig settings,
            PromptMeasures measures,
            PromptEvaluation prompts,
            List<SampleSet> sets,
            LatentData reference) {
        for (var measure : measures.all()) {
            prompts.ofReal(
                    measure,
                    settings.referenceSplit(),
                    reference,
                    Math.min(reference.count(), settings.referenceSamples()));
            prompts.ofSamples(measure, sets, reference.imageShape());
            context.progress().phase("prompts", Map.of("protocol", measure.name(), "sets", sets.size()));
        }
    }

    private static LatentData reference(JobContext context, EvaluateConfig settings) {
        var data = context.stage(StageNames.DATA);
        var splits = LatentData.splits(context.hadoop(), data);
        if (!splits.contains(settings.referenceSplit())) {
            throw new UserError("cannot compare samples with the split " + settings.referenceSplit() + " of " + data
                    + ": expected one of " + splits
                    + " in evaluate.reference-split (or ingest test images with ingest.test)");
        }
        return LatentData.open(context.hadoop(), data, settings.referenceSplit());
    }

    private static List<SampleSet> sets(JobContext context) {
        var samples = context.stage(StageNames.SAMPLES);
        var sets = SampleSet.list(Store.of(context.hadoop(), samples), samples);
        if (sets.isEmpty()) {
            throw new UserError(
                    "cannot evaluate " + samples + ": expected model=/guidance=/steps= directories, got none");
        }
        return sets;
    }

    /** Loads the network of {@code evaluate.features}: from the file it names, or the run's LeNet, which is trained first if necessary. */
    static FeatureModel model(JobContext context, EvaluateConfig settings, LatentData data) {
        if (settings.trainsLeNet()) {
            return ClassifierStage.open(
                    context, LatentData.open(context.hadoop(), context.stage(StageNames.DATA), ImageSources.TRAIN));
        }
        if (settings.features().equals(BlockMeans.NAME)) {
            return new BlockMeans(data.imageShape());
        }
        var source = FeatureSource.Dl4j.of(settings.features());
        if (source.isPresent()) {
            return NamedModels.dl4j(context, settings, source.get(), data.imageShape());
        }
        var model = CifarResNetWeights.open(context.hadoop(), new Path(settings.features()));
        return NamedModels.requireFits(model, settings.features(), data.imageShape());
    }

    /** Input that the network comes from. */
    static StageInput modelInput(JobContext context, EvaluateConfig settings, FeatureModel model) {
        return settings.trainsLeNet()
                ? StageInput.stage(context, StageNames.CLASSIFIER)
                : NamedModels.input("evaluate.features", settings.features(), model.hash());
    }

    /** Protocols that use the features of {@code evaluate.features}. */
    static List<Protocol> own(EvaluateConfig settings, FeatureModel model) {
        var own = new ArrayList<Protocol>();
        own.add(Protocol.own(MetricRow.FRECHET + model.name(), new Measure.Frechet(FrechetDistance.SAMPLE)));
        own.add(balls(MetricRow.PRECISION, Part.PRECISION, settings, model));
        own.add(balls(MetricRow.RECALL, Part.RECALL, settings, model));
        if (settings.densityAndCoverage()) {
            own.add(balls(MetricRow.DENSITY, Part.DENSITY, settings, model));
            own.add(balls(MetricRow.COVERAGE, Part.COVERAGE, settings, model));
        }
        return own;
    }

    private static Protocol balls(String prefix, Part part, EvaluateConfig settings, FeatureModel model) {
        return Protocol.own(prefix + model.name(), new Measure.Balls(part, settings.neighbours()));
    }

    /**
     * Compares the training images first (as many as the largest set has, or all if there is no set), then every set. Returns the
     * number of images of each set.
     */
    private static List<Long> compare(
            JobContext context, Evaluation evaluation, List<SampleSet> sets, LatentData train) {
        var counts = sets.stream().map(set -> set.rows(context.spark()).count()).toList();
        for (int i = 0; i < sets.size(); i++) {
            FeatureSet.requireTwo(sets.get(i).name(), counts.get(i));
        }
        long largest = counts.stream().mapToLong(Long::longValue).max().orElse(train.count());
        try (var bar = context.progress().bar("evaluate", sets.size() + 1L, "sets")) {
            evaluation.compareReal(ImageSources.TRAIN, train, Math.min(train.count(), largest));
            bar.step(1);
            for (int i = 0; i < sets.size(); i++) {
                bar.values(Map.of("set", sets.get(i).name()));
                evaluation.compareSamples(sets.get(i), counts.get(i));
                bar.step(1);
            }
        }
        return counts;
    }

    private static void writeTable(JobContext context, StageOutput output, List<MetricRow> rows) {
        context.spark()
                .createDataFrame(rows.stream().map(MetricRow::row).toList(), MetricRow.schema())
                .coalesce(1)
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(new Path(output.dir(), MetricRow.TABLE).toString());
    }
}
