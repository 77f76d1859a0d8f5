package io.flowmap.eval;

import io.flowmap.eval.feature.BlockMeans;
import io.flowmap.eval.feature.LeNetTraining;
import io.flowmap.eval.feature.OnnxConfig;
import io.flowmap.eval.prompt.ImageTextConfig;
import io.flowmap.eval.prompt.PromptMeasure;
import io.flowmap.eval.protocol.FeatureSource;
import io.flowmap.eval.protocol.Protocol;
import java.util.List;

/**
 * The section {@code evaluate}.
 *
 * @param samples whether to measure samples; otherwise only the training images are measured
 * @param features {@value #LENET}, {@value BlockMeans#NAME}, or the file of a CIFAR ResNet or of a network of Deeplearning4j or Keras
 * @param protocols names of additional protocols
 * @param inception file of InceptionV3's weights, blank if none
 * @param resnet56 file of the CIFAR ResNet's weights, blank if none
 * @param dinov2 ONNX file, blank if none
 * @param vgg16 file of VGG16's weights, blank if none
 * @param onnx preparation of images for ONNX files of features
 * @param imageText what ONNX files of an image and a text get
 * @param dl4j preparation of images for files of Deeplearning4j and Keras
 * @param keepFeatures whether to store features for later evaluations
 * @param referenceSplit split of the ingested data that samples are compared with
 * @param referenceSamples largest number of real images; the first of the split are used
 * @param recallSamples largest number of images on each side in precision and recall; the first are used
 * @param neighbours k of precision and recall
 * @param densityAndCoverage whether to measure density and coverage too, with the same k
 * @param perClass whether to compute every Frechet distance per class too
 * @param parts number of parts of each set that get a Frechet distance of their own; 1 for none
 * @param bootstrap settings of the intervals of Frechet distances
 * @param batch images per forward pass
 * @param classifier training settings of the LeNet
 */
public record EvaluateConfig(
        boolean samples,
        String features,
        List<String> protocols,
        String inception,
        String resnet56,
        String dinov2,
        String vgg16,
        OnnxConfig onnx,
        ImageTextConfig imageText,
        Dl4jConfig dl4j,
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
        protocols.stream().filter(name -> name.startsWith(PromptMeasure.PREFIX)).forEach(PromptMeasure::named);
        for (var protocol : ofFeatures(protocols)) {
            var name = protocol.name();
            var source = protocol.source().orElseThrow();
            if (source instanceof FeatureSource.Inception) {
                requireFile(name, "inception", inception, source);
            } else if (source instanceof FeatureSource.ResNet) {
                requireFile(name, "resnet56", resnet56, source);
            } else if (source instanceof FeatureSource.Dinov2) {
                requireFile(name, "dinov2", dinov2, source);
            } else if (source instanceof FeatureSource.Vgg16) {
                requireFile(name, "vgg16", vgg16, source);
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

    /** The protocols on the features of a network. */
    List<Protocol> ofFeatures() {
        return ofFeatures(protocols);
    }

    private static List<Protocol> ofFeatures(List<String> protocols) {
        return protocols.stream()
                .filter(name -> !PromptMeasure.isNamed(name))
                .map(Protocol::named)
                .toList();
    }

    /** Names of the protocols on samples and their prompts. */
    List<String> ofPrompts() {
        return protocols.stream().filter(PromptMeasure::isNamed).toList();
    }

    private static void requireFile(String protocol, String setting, String file, FeatureSource source) {
        if (file.isBlank()) {
            throw new IllegalArgumentException(
                    "expected a file as evaluate." + setting + " for " + protocol + ", got none: " + source.howToGet());
        }
    }

    /** Whether the features come from a LeNet trained on this run's labels. */
    boolean trainsLeNet() {
        return features.equals(LENET);
    }
}
