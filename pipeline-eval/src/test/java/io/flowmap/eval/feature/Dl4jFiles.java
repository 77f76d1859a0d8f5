package io.flowmap.eval.feature;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks of Deeplearning4j, written as it writes them. */
public final class Dl4jFiles {
    private Dl4jFiles() {}

    /** A convolution "c" of four channels, a maximum over 2x2, a dense layer "d" of six, four classes. */
    static MultiLayerNetwork layers(int height, int width, int channels) {
        var network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(convolution(4).name("c").build())
                .layer(new SubsamplingLayer.Builder(PoolingType.MAX)
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .build())
                .layer(new DenseLayer.Builder()
                        .nOut(6)
                        .activation(Activation.TANH)
                        .name("d")
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(4)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(height, width, channels))
                .build());
        network.init();
        return network;
    }

    /** One dense layer of five. */
    static MultiLayerNetwork dense(InputType input) {
        var network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(5)
                .list()
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nOut(5)
                        .activation(Activation.TANH)
                        .build())
                .setInputType(input)
                .build());
        network.init();
        return network;
    }

    /** A convolution "c" of four channels on grey images that come as vectors, and a dense layer. */
    static MultiLayerNetwork flat(int height, int width) {
        var network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(6)
                .list()
                .layer(convolution(4).name("c").build())
                .layer(new OutputLayer.Builder(LossFunction.MSE).nOut(2).build())
                .setInputType(InputType.convolutionalFlat(height, width, 1))
                .build());
        network.init();
        return network;
    }

    /** A graph: a convolution "a" and a normalised one "b" of the image, their sum, and the means of it over the pixels, "means". */
    static ComputationGraph graph(int height, int width, int channels) {
        var graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(4)
                .graphBuilder()
                .addInputs("image")
                .addLayer("a", convolution(5).build(), "image")
                .addLayer("b", convolution(5).build(), "image")
                .addLayer("n", new BatchNormalization(), "b")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "n")
                .addLayer("means", new GlobalPoolingLayer(PoolingType.AVG), "sum")
                .setOutputs("means")
                .setInputTypes(InputType.convolutional(height, width, channels))
                .build());
        graph.init();
        return graph;
    }

    private static ConvolutionLayer.Builder convolution(int channels) {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(channels)
                .convolutionMode(ConvolutionMode.Same)
                .activation(Activation.RELU);
    }

    /** Writes a file that a user would have, with the updater's state. */
    public static Path layers(Path file, int height, int width, int channels) throws IOException {
        ModelSerializer.writeModel(layers(height, width, channels), file.toFile(), true);
        return file;
    }

    /** Adds or replaces entries of a zip. */
    static Path with(Path file, Map<String, byte[]> entries) throws IOException {
        var all = new LinkedHashMap<>(entries(file));
        all.putAll(entries);
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var entry : all.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return Files.write(file, bytes.toByteArray());
    }

    /** Contents of a zip by name. */
    static Map<String, byte[]> entries(Path file) throws IOException {
        var entries = new LinkedHashMap<String, byte[]>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries.put(entry.getName(), zip.readAllBytes());
            }
        }
        return entries;
    }
}
