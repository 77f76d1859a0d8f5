package io.flowmap.eval;

import io.flowmap.data.LatentData;
import io.flowmap.eval.feature.LeNetTraining;
import io.flowmap.eval.feature.LeNetWeights;
import io.flowmap.eval.set.EncodedImages;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Store;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import io.flowmap.stage.StageOutput;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/** The LeNet trained on a run's labels, as a stage of its own: trained once, then shared by all evaluations. */
public final class ClassifierStage {
    static final String SECTION = "evaluate.classifier";
    private static final String FILE = "lenet.safetensors";

    private ClassifierStage() {}

    private record Facts(String hash) {}

    /** Loads the network; trains it first if it does not exist yet. */
    public static LeNetWeights open(JobContext context, LatentData train) {
        var stage =
                new Stage(StageNames.CLASSIFIER, List.of(SECTION), List.of(StageInput.stage(context, StageNames.DATA)));
        stage.make(context, output -> new Facts(train(context, train, output)));
        var dir = context.stage(StageNames.CLASSIFIER);
        var file = new Path(dir, FILE);
        return LeNetWeights.fromBytes(AtomicFile.read(Store.of(context.hadoop(), dir), file), file.toString());
    }

    /** Returns the hash of the weights. */
    private static String train(JobContext context, LatentData train, StageOutput output) {
        long begun = context.clock().millis();
        var network = context.settings()
                .section(SECTION, LeNetTraining.class)
                .train(new EncodedImages(train), context.run().seed(), context.progress());
        AtomicFile.write(output.fileSystem(), new Path(output.dir(), FILE), network.toBytes());
        context.progress()
                .phase(
                        "train-lenet",
                        Map.of("seconds", (context.clock().millis() - begun) / 1000, "hash", network.hash()));
        return network.hash();
    }
}
