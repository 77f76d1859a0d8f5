package io.flowmap.eval.feature;

import io.flowmap.tensor.ParameterLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Pooling2DConfig;
import org.nd4j.linalg.factory.Nd4j;

/**
 * LeNet as a SameDiff graph with the gradient of its cross entropy: conv 5x5 to 20 maps (padding 2), max-pool, ReLU, conv 5x5 to 50,
 * max-pool, ReLU, dense 84, ReLU (the features), dense K. ReLU after the pooling gives the same numbers for a quarter of the work. The
 * conv2d operation is several times as fast as DL4J's convolution layer, which unfolds patches.
 */
final class LeNetGraph implements AutoCloseable {
    private static final String IMAGES = "images";
    private static final String TARGETS = "targets";

    private final LeNetWeights initial;
    private final SameDiff graph = SameDiff.create();
    private final List<SDVariable> chain = new ArrayList<>();
    private final SDVariable features;
    private final SDVariable logProbabilities;
    private Map<String, String> gradients;

    /** A summed loss and its gradient. */
    record Gradient(double loss, float[] flat) {}

    LeNetGraph(LeNetWeights weights) {
        this.initial = weights;
        var shape = weights.shape();
        var images = graph.placeHolder(IMAGES, DataType.FLOAT, -1, shape.channels(), shape.height(), shape.width());
        for (var entry : weights.layout().entries()) {
            graph.var(
                    entry.name(),
                    slice(weights.flat(), entry.offset(), entry.length()).reshape(entry.shape()));
        }
        var maps = convolve(convolve(images, "conv1", 2), "conv2", 0);
        features = relu(dense(graph.reshape(maps, -1, flattened()), "dense", true));
        logProbabilities = graph.nn().logSoftmax(dense(features, "output", false));
    }

    /** Features [N,84] and log probabilities [N,K] of images [N,C,H,W] in [0, 1]. */
    Features forward(float[] pixels, int count) {
        try (var images = images(pixels, count)) {
            var outputs = graph.output(Map.of(IMAGES, images), features.name(), logProbabilities.name());
            var result = new Features(count, values(outputs, features), values(outputs, logProbabilities));
            close(outputs);
            return result;
        }
    }

    /** The gradient of the cross entropy summed over the images, in the layout of the weights. */
    Gradient gradient(float[] pixels, int[] labels) {
        if (gradients == null) {
            gradients = addGradients();
        }
        int classes = initial.classes();
        var oneHot = new float[labels.length * classes];
        for (int i = 0; i < labels.length; i++) {
            oneHot[i * classes + labels[i]] = 1;
        }
        try (var images = images(pixels, labels.length);
                var targets = Nd4j.createFromArray(oneHot).reshape(labels.length, classes)) {
            var names = new ArrayList<>(gradients.values());
            names.add(logProbabilities.name());
            var outputs = graph.output(Map.of(IMAGES, images, TARGETS, targets), names);
            var logs = values(outputs, logProbabilities);
            double loss = 0;
            for (int i = 0; i < labels.length; i++) {
                loss -= logs[i * classes + labels[i]];
            }
            var result = new Gradient(loss, flatten(outputs));
            close(outputs);
            return result;
        }
    }

    /** Replaces the parameters. */
    void load(float[] flat) {
        for (var entry : initial.layout().entries()) {
            try (var values = slice(flat, entry.offset(), entry.length())) {
                graph.getVariable(entry.name()).getArr().assign(values.reshape(entry.shape()));
            }
        }
    }

    /** Frees the parameters. */
    @Override
    public void close() {
        initial.layout().entries().forEach(entry -> {
            var array = graph.getVariable(entry.name()).getArr();
            if (array != null && array.closeable()) {
                array.close();
            }
        });
    }

    private SDVariable convolve(SDVariable x, String name, int padding) {
        var config = Conv2DConfig.builder()
                .kH(LeNetWeights.KERNEL)
                .kW(LeNetWeights.KERNEL)
                .sH(1)
                .sW(1)
                .pH(padding)
                .pW(padding)
                .paddingMode(PaddingMode.VALID)
                .dataFormat("NCHW")
                .build();
        var pooling =
                Pooling2DConfig.builder().kH(2).kW(2).sH(2).sW(2).isNHWC(false).build();
        var weight = graph.getVariable(name + ".weight");
        var maps = link(graph.cnn().conv2d(x, weight, graph.getVariable(name + ".bias"), config));
        return relu(link(graph.cnn().maxPooling2d(maps, pooling)));
    }

    private SDVariable dense(SDVariable x, String name, boolean reshaped) {
        if (reshaped) {
            link(x);
        }
        var product = link(x.mmul(graph.getVariable(name + ".weight")));
        return link(product.add(graph.getVariable(name + ".bias")));
    }

    private SDVariable relu(SDVariable x) {
        return link(graph.nn().relu(x, 0));
    }

    private SDVariable link(SDVariable output) {
        chain.add(output);
        return output;
    }

    /** Backpropagates from d loss / d logits = softmax - target. The first argument of each op is the previous op in the chain. */
    private Map<String, String> addGradients() {
        var targets = graph.placeHolder(TARGETS, DataType.FLOAT, -1, initial.classes());
        var parameters = initial.layout().entries().stream()
                .map(ParameterLayout.Entry::name)
                .toList();
        var wanted = new HashMap<String, String>();
        var cotangent = graph.math().exp(logProbabilities).sub(targets);
        for (int i = chain.size() - 1; i >= 0; i--) {
            var op = graph.getVariableOutputOp(chain.get(i).name());
            var arguments = op.args();
            var derivatives = op.doDiff(List.of(cotangent));
            for (int j = 1; j < arguments.length; j++) {
                if (parameters.contains(arguments[j].name())) {
                    wanted.put(arguments[j].name(), derivatives.get(j).name());
                }
            }
            cotangent = derivatives.get(0);
        }
        return wanted;
    }

    private float[] flatten(Map<String, INDArray> outputs) {
        var flat = new float[initial.flat().length];
        for (var entry : initial.layout().entries()) {
            var values = values(outputs, graph.getVariable(gradients.get(entry.name())));
            System.arraycopy(values, 0, flat, (int) entry.offset(), values.length);
        }
        return flat;
    }

    private INDArray images(float[] pixels, int count) {
        var shape = initial.shape();
        return Nd4j.createFromArray(pixels).reshape(count, shape.channels(), shape.height(), shape.width());
    }

    private int flattened() {
        return Math.toIntExact(initial.layout().entry("dense.weight").shape()[0]);
    }

    private static INDArray slice(float[] flat, long offset, long length) {
        return Nd4j.createFromArray(Arrays.copyOfRange(flat, (int) offset, (int) (offset + length)));
    }

    private static float[] values(Map<String, INDArray> outputs, SDVariable variable) {
        try (var ordered = outputs.get(variable.name()).dup('c')) {
            return ordered.data().asFloat();
        }
    }

    private static void close(Map<String, INDArray> outputs) {
        outputs.values().stream().filter(INDArray::closeable).forEach(INDArray::close);
    }
}
