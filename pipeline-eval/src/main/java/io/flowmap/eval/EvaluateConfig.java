package io.flowmap.eval;

import io.flowmap.eval.feature.LeNetTraining;
import io.flowmap.eval.protocol.FeatureSource;
import io.flowmap.eval.protocol.Protocol;
import java.util.List;

/**
 * The section {@code evaluate}.
 *
 * @param samples whether there are samples to measure; else it is the training images alone
 * @param features {@value #LENET}, or the file of a CIFAR ResNet
 * @param protocols names of further protocols
 * @param inception file of InceptionV3's weights, blank where there is none
 * @param resnet56 file of the CIFAR ResNet's, blank where there is none
 * @param dinov2 ONNX file, blank where there is none
 * @param onnx what ONNX files are given
 * @param keepFeatures whether features are kept for evaluations to come
 * @param referenceSplit split of the ingested data that samples are compared with
 * @param referenceSamples most real images, the first of the split
 * @param recallSamples most images of either side in precision and recall, the first
 * @param neighbours k of precision and recall
 * @param densityAndCoverage whether these are measured too, by the same k
 * @param perClass whether every Frechet distance is taken class by class too
 * @param parts sets that the samples are cut into, each with a Frechet distance of its own; 1 for none
 * @param bootstrap of the intervals of Frechet distances
 * @param batch images of one forward pass
 * @param classifier training of the LeNet
 */
public record EvaluateConfig(
        boolean samples,
        String features,
        List<String> protocols,
        String inception,
        String resnet56,
        String dinov2,
        OnnxConfig onnx,
        boolean keepFeatures,
        String referenceSplit,
        long referenceSamples,
        long recallSamples,
        int neighbours,
        boolean densityAndCoverage,
        boolean perClass,
        int parts,
        BootstrapConfig bootstrap,
        int batch,
        LeNetTraining classifier) {
    private static final String LENET = "lenet";

    public EvaluateConfig {
        if (features == null || features.isBlank()) {
            throw new IllegalArgumentException("expected lenet or a file as features, got " + features);
        }
        for (var name : protocols) {
            var source = Protocol.named(name).source().orElseThrow();
            if (source instanceof FeatureSource.Inception) {
                requireFile(name, "inception", inception, source);
            } else if (source instanceof FeatureSource.ResNet) {
                requireFile(name, "resnet56", resnet56, source);
            } else if (source instanceof FeatureSource.Dinov2) {
                requireFile(name, "dinov2", dinov2, source);
            }
        }
        if (parts < 1) {
            throw new IllegalArgumentException("expected parts of 1 or more, got " + parts);
        }
        if (referenceSamples < 2 || neighbours < 1 || recallSamples <= neighbours || batch < 1) {
            throw new IllegalArgumentException(
                    "expected reference-samples of 2 or more, neighbours and batch of 1 or more and more"
                            + " recall-samples than neighbours, got " + referenceSamples + ", " + neighbours + ", "
                            + batch + ", "
                            + recallSamples);
        }
    }

    private static void requireFile(String protocol, String setting, String file, FeatureSource source) {
        if (file.isBlank()) {
            throw new IllegalArgumentException(
                    "expected a file as evaluate." + setting + " for " + protocol + ", got none: " + source.howToGet());
        }
    }

    /** Whether the features are those of a LeNet that is trained here. */
    boolean trainsLeNet() {
        return features.equals(LENET);
    }
}
