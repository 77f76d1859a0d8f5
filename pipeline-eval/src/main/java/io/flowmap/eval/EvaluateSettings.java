package io.flowmap.eval;

import io.flowmap.eval.feature.LeNetTraining;

/**
 * The section {@code evaluate}.
 *
 * @param features {@value #LENET}, or the file of a CIFAR ResNet
 * @param referenceSplit split of the ingested data that samples are compared with
 * @param referenceSamples most real images, the first of the split
 * @param recallSamples most images of either side in precision and recall, the first
 * @param neighbours k of precision and recall
 * @param batch images of one forward pass
 * @param classifier training of the LeNet
 */
record EvaluateSettings(
        String features,
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
