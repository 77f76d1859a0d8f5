package io.flowmap.eval.feature.dl4j;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.UserError;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The classes that a configuration of Deeplearning4j may name. Its JSON has a class name for every layer, activation, loss and so on, and
 * Jackson would load and construct whatever stands there. A configuration is held against this list before Jackson sees it. The classes are
 * those of Deeplearning4j's and ND4J's own configuration: values that name no further classes.
 */
final class AllowedClasses {
    static final String KEY = "@class";
    /** Distributions have their class as {@code type}; where that stands for something else, it has no dot. */
    static final Set<String> KEYS = Set.of(KEY, "type");

    private static final Set<String> NAMES = names();

    private AllowedClasses() {}

    /** Throws {@link UserError} if a configuration names a class that is not on the list. */
    static void require(JsonNode tree, String file) {
        for (var key : KEYS) {
            var name = tree.path(key);
            boolean named =
                    key.equals(KEY) ? !name.isMissingNode() : name.asText().contains(".");
            if (named && !NAMES.contains(name.asText())) {
                throw new UserError("cannot read " + file + ": expected layers of Deeplearning4j's own, got the class "
                        + name.asText());
            }
        }
        tree.forEach(child -> require(child, file));
    }

    /** All names. */
    static Set<String> all() {
        return NAMES;
    }

    private static Set<String> names() {
        var nn = "org.deeplearning4j.nn.";
        var conf = nn + "conf.";
        var nd4j = "org.nd4j.linalg.";
        var names = new TreeSet<String>();
        Stream.of(
                        in(
                                conf + "layers.",
                                "ActivationLayer BatchNormalization CenterLossOutputLayer CnnLossLayer ConvolutionLayer"
                                        + " Convolution2D Deconvolution2D DenseLayer DepthwiseConvolution2D DropoutLayer GlobalPoolingLayer"
                                        + " LocalResponseNormalization LossLayer OutputLayer PReLULayer Pooling2D SeparableConvolution2D"
                                        + " SpaceToBatchLayer SpaceToDepthLayer SubsamplingLayer Upsampling2D ZeroPaddingLayer"),
                        in(conf + "layers.convolutional.", "Cropping2D"),
                        in(conf + "layers.misc.", "FrozenLayer FrozenLayerWithBackprop"),
                        in(
                                conf + "graph.",
                                "ElementWiseVertex FrozenVertex L2NormalizeVertex L2Vertex LayerVertex MergeVertex"
                                        + " PoolHelperVertex PreprocessorVertex ReshapeVertex ScaleVertex ShiftVertex StackVertex SubsetVertex"
                                        + " UnstackVertex"),
                        in(
                                conf + "preprocessor.",
                                "CnnToFeedForwardPreProcessor ComposableInputPreProcessor"
                                        + " FeedForwardToCnnPreProcessor"),
                        in(nn + "modelimport.keras.preprocessors.", "TensorFlowCnnToFeedForwardPreProcessor"),
                        in(
                                conf + "inputs.InputType$",
                                "InputTypeConvolutional InputTypeConvolutionalFlat InputTypeFeedForward"),
                        in(conf + "dropout.", "AlphaDropout Dropout GaussianDropout GaussianNoise SpatialDropout"),
                        in(conf + "weightnoise.", "DropConnect WeightNoise"),
                        in(
                                conf + "constraint.",
                                "MaxNormConstraint MinMaxNormConstraint NonNegativeConstraint" + " UnitNormConstraint"),
                        in(
                                conf + "distribution.",
                                "BinomialDistribution ConstantDistribution GaussianDistribution"
                                        + " LogNormalDistribution NormalDistribution OrthogonalDistribution TruncatedNormalDistribution"
                                        + " UniformDistribution"),
                        in(
                                conf + "stepfunctions.",
                                "DefaultStepFunction GradientStepFunction NegativeDefaultStepFunction"
                                        + " NegativeGradientStepFunction"),
                        in(
                                nn + "weights.WeightInit",
                                "Constant Distribution Identity LecunUniform Normal Relu ReluUniform"
                                        + " SigmoidUniform Uniform VarScalingNormalFanAvg VarScalingNormalFanIn VarScalingNormalFanOut"
                                        + " VarScalingUniformFanAvg VarScalingUniformFanIn VarScalingUniformFanOut Xavier XavierLegacy"
                                        + " XavierUniform"),
                        in(
                                nd4j + "activations.impl.Activation",
                                "Cube ELU GELU HardSigmoid HardTanH Identity LReLU Mish PReLU RReLU"
                                        + " RationalTanh ReLU ReLU6 RectifiedTanh SELU Sigmoid SoftPlus SoftSign Softmax Swish TanH"
                                        + " ThresholdedReLU"),
                        in(
                                nd4j + "lossfunctions.impl.Loss",
                                "BinaryXENT CosineProximity FMeasure Hinge KLD L1 L2 MAE MAPE MCXENT"
                                        + " MSE MSLE MultiLabel NegativeLogLikelihood Poisson SparseMCXENT SquaredHinge Wasserstein"),
                        in(
                                nd4j + "learning.config.",
                                "AMSGrad AdaBelief AdaDelta AdaGrad AdaMax Adam Nadam Nesterovs NoOp RmsProp" + " Sgd"),
                        in(nd4j + "learning.regularization.", "L1Regularization L2Regularization WeightDecay"),
                        in(
                                nd4j + "schedule.",
                                "CycleSchedule ExponentialSchedule FixedSchedule InverseSchedule MapSchedule PolySchedule"
                                        + " RampSchedule SigmoidSchedule StepSchedule"))
                .forEach(names::addAll);
        return Set.copyOf(names);
    }

    private static List<String> in(String prefix, String names) {
        return Stream.of(names.split(" ")).map(name -> prefix + name).toList();
    }
}
