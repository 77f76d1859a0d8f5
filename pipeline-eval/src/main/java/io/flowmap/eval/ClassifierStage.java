package io.flowmap.eval;

import io.flowmap.data.LatentData;
import io.flowmap.eval.feature.LeNetTraining;
import io.flowmap.eval.feature.LeNetWeights;
import io.flowmap.eval.set.EncodedImages;
import io.flowmap.file.AtomicFile;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import io.flowmap.stage.StageOutput;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/** The LeNet of a run's labels as a stage of its own: trained once, then read by every evaluation that shares it. */
public final class ClassifierStage {
    static final String SECTION = "evaluate.classifier";
    private static final String FILE = "lenet.safetensors";

    private ClassifierStage() {}

    /** The network, trained now if it was not yet. */
    public static LeNetWeights open(JobContext context, LatentData train) {
        var output = StageOutput.open(
                context, StageNames.CLASSIFIER, List.of(SECTION), List.of(StageInput.stage(context, StageNames.DATA)));
        var file = new Path(output.dir(), FILE);
        if (output.finished()) {
            return LeNetWeights.fromBytes(AtomicFile.read(output.fileSystem(), file), file.toString());
        }
        long begun = context.clock().millis();
        var network = context.settings()
                .section(SECTION, LeNetTraining.class)
                .train(new EncodedImages(train), context.run().seed(), context.progress());
        AtomicFile.write(output.fileSystem(), file, network.toBytes());
        context.progress()
                .phase(
                        "train-lenet",
                        Map.of("seconds", (context.clock().millis() - begun) / 1000, "hash", network.hash()));
        output.finish(Map.of("hash", network.hash()));
        return network;
    }
}
