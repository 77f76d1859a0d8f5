package io.flowmap.eval.protocol;

import io.flowmap.eval.feature.Resize;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** The network that gives the features of a named protocol. */
public sealed interface FeatureSource {
    /** How a user gets the network's file, as text for messages. */
    String howToGet();

    /**
     * InceptionV3, from {@code evaluate.inception}.
     *
     * @param resize method that resizes the images
     * @param dimension of the features: 64, 192 or 768 for the first blocks, 2048 for the whole network
     */
    record Inception(Resize resize, int dimension) implements FeatureSource {
        @Override
        public String howToGet() {
            return "get pt_inception-2015-12-05-6726825d.pth from"
                    + " https://github.com/mseitzer/pytorch-fid/releases/tag/fid_weights";
        }
    }

    /**
     * A CIFAR ResNet, from {@code evaluate.resnet56}.
     *
     * @param depth layers
     */
    record ResNet(int depth) implements FeatureSource {
        @Override
        public String howToGet() {
            return "get resnet56-4bfd9763.th from"
                    + " https://github.com/akamaster/pytorch_resnet_cifar10/tree/master/pretrained_models";
        }
    }

    /** DINOv2 as an ONNX file, from {@code evaluate.dinov2}. */
    record Dinov2() implements FeatureSource {
        @Override
        public String howToGet() {
            return "export dinov2_vitl14 of https://github.com/facebookresearch/dinov2 with"
                    + " torch.onnx.export, input [N,3,224,224], output [N,1024]";
        }
    }

    /** VGG16, from {@code evaluate.vgg16}. */
    record Vgg16() implements FeatureSource {
        @Override
        public String howToGet() {
            return "get vgg16-397923af.pth from https://download.pytorch.org/models/ or"
                    + " vgg16_weights_tf_dim_ordering_tf_kernels.h5 from"
                    + " https://storage.googleapis.com/tensorflow/keras-applications/vgg16/";
        }
    }

    /**
     * A file of Deeplearning4j or Keras.
     *
     * @param file its path
     * @param layer whose activations are the features, empty for the output
     */
    record Dl4j(String file, String layer) implements FeatureSource {
        private static final Pattern FORM = Pattern.compile("(.+\\.(?:zip|h5|hdf5))(?:#(.+))?");

        /** The source that a path with or without {@code #layer} names, empty if it is of another kind of file. */
        public static Optional<Dl4j> of(String path) {
            var form = FORM.matcher(path);
            return form.matches()
                    ? Optional.of(new Dl4j(form.group(1), Objects.toString(form.group(2), "")))
                    : Optional.empty();
        }

        @Override
        public String howToGet() {
            return "save a network by Deeplearning4j's ModelSerializer or by Keras' model.save(\"FILE.h5\")";
        }
    }

    /**
     * An ONNX file.
     *
     * @param file its path
     */
    record Onnx(String file) implements FeatureSource {
        @Override
        public String howToGet() {
            return "export a network with one input [N,3,H,W] and first output [N,D]";
        }
    }
}
