package io.flowmap.eval;

import io.flowmap.eval.feature.LeNetTraining;
import io.flowmap.eval.protocol.Protocol;
import java.util.List;

/**
 * The section {@code evaluate}.
 *
 * @param features {@value #LENET}, or the file of a CIFAR ResNet
 * @param protocols names of further protocols, by InceptionV3
 * @param inception file of its weights, blank where there is none
 * @param referenceSplit split of the ingested data that samples are compared with
 * @param referenceSamples most real images, the first of the split
 * @param recallSamples most images of either side in precision and recall, the first
 * @param neighbours k of precision and recall
 * @param batch images of one forward pass
 * @param classifier training of the LeNet
 */
record EvaluateSettings(
        String features,
        List<String> protocols,
        String inception,
        String referenceSplit,
        long referenceSamples,
        long recallSamples,
        int neighbours,
        int batch,
        LeNetTraining classifier) {
    private static final String LENET = "lenet";

    EvaluateSettings {
        if (features == null || features.isBlank()) {
            throw new IllegalArgumentException("expected lenet or a file as features, got " + features);
        }
        protocols.forEach(Protocol::named);
        if (inception.isBlank() && !protocols.isEmpty()) {
            throw new IllegalArgumentException("expected a file as evaluate.inception for " + protocols.get(0)
                    + ", got none: get pt_inception-2015-12-05-6726825d.pth from"
                    + " https://github.com/mseitzer/pytorch-fid/releases/tag/fid_weights");
        }
        if (referenceSamples < 2 || neighbours < 1 || recallSamples <= neighbours || batch < 1) {
            throw new IllegalArgumentException(
                    "expected reference-samples of 2 or more, neighbours and batch of 1 or more and more"
                            + " recall-samples than neighbours, got " + referenceSamples + ", " + neighbours + ", "
                            + batch + ", "
                            + recallSamples);
        }
    }

    /** Whether the features are those of a LeNet that is trained here. */
    boolean trainsLeNet() {
        return features.equals(LENET);
    }
}
