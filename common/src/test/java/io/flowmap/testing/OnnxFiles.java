package io.flowmap.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;

/** Writes tiny networks as ONNX files. */
public final class OnnxFiles {
    private static final long OPSET = 13;
    private static final long IR_VERSION = 8;
    private static final int STRIDE = 2;

    private OnnxFiles() {}

    /** Maps {@code input_ids} [N,L] int64 to {@code hidden} [N,L,D]: row i of the table [V,D] for token i. */
    public static Path embedding(Path file, float[][] table) {
        return write(file, embedded(table));
    }

    private static GraphProto.Builder embedded(float[][] table) {
        var flat = new float[table.length * table[0].length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = table[i / table[0].length][i % table[0].length];
        }
        var gather = node("Gather", List.of("table", "input_ids"), "hidden");
        return GraphProto.newBuilder()
                .setName("embedding")
                .addInput(value("input_ids", TensorProto.DataType.INT64_VALUE, 0, 0))
                .addInitializer(tensor("table", flat, table.length, table[0].length))
                .addNode(gather)
                .addOutput(value("hidden", TensorProto.DataType.FLOAT_VALUE, 0, 0, 0));
    }

    /**
     * Maps {@code input_ids} and {@code attention_mask} [N,L] int64 to {@code hidden} [N,L,D], as {@link #embedding} does, and to {@code
     * seen} [N,L,D], which is zero where the mask is zero.
     */
    public static Path maskedEmbedding(Path file, float[][] table) {
        return write(file, masked(table));
    }

    private static GraphProto.Builder masked(float[][] table) {
        var mask = node("Cast", List.of("attention_mask"), "mask").toBuilder()
                .addAttribute(AttributeProto.newBuilder()
                        .setName("to")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(TensorProto.DataType.FLOAT_VALUE));
        return embedded(table)
                .addInput(value("attention_mask", TensorProto.DataType.INT64_VALUE, 0, 0))
                .addInitializer(whole("axes", 2))
                .addNode(mask)
                .addNode(node("Unsqueeze", List.of("mask", "axes"), "wide"))
                .addNode(node("Mul", List.of("hidden", "wide"), "seen"))
                .addOutput(value("seen", TensorProto.DataType.FLOAT_VALUE, 0, 0, 0));
    }

    /**
     * Maps {@code pixel_values} [N,3,side,side], {@code input_ids} and {@code attention_mask} [N,L] to {@code score} [N,1], the scalar product
     * of {@code image_embeds} [N,D] = flatten(x) W and {@code text_embeds} [N,D], the sum of the table's rows of the tokens in the mask. The
     * first output is the score.
     *
     * @param weights W row-major [3 side^2, D]
     * @param table row i [D] for token i
     */
    public static Path imageAndText(Path file, int side, float[] weights, float[][] table) {
        int width = table[0].length;
        var texts = masked(table).clearOutput().build();
        var graph = GraphProto.newBuilder()
                .setName("image and text")
                .addInput(value("pixel_values", TensorProto.DataType.FLOAT_VALUE, 0, 3, side, side))
                .addAllInput(texts.getInputList())
                .addAllInitializer(texts.getInitializerList())
                .addInitializer(tensor("W", weights, weights.length / width, width))
                .addInitializer(whole("over", 1))
                .addAllNode(texts.getNodeList())
                .addNode(node("Flatten", List.of("pixel_values"), "flat"))
                .addNode(node("MatMul", List.of("flat", "W"), "image_embeds"))
                .addNode(sum("seen", "text_embeds", 0))
                .addNode(node("Mul", List.of("image_embeds", "text_embeds"), "products"))
                .addNode(sum("products", "score", 1))
                .addOutput(value("score", TensorProto.DataType.FLOAT_VALUE, 0, 1))
                .addOutput(value("image_embeds", TensorProto.DataType.FLOAT_VALUE, 0, width))
                .addOutput(value("text_embeds", TensorProto.DataType.FLOAT_VALUE, 0, width));
        return write(file, graph);
    }

    private static NodeProto sum(String input, String output, int keep) {
        return node("ReduceSum", List.of(input, "over"), output).toBuilder()
                .addAttribute(AttributeProto.newBuilder()
                        .setName("keepdims")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(keep))
                .build();
    }

    /**
     * y = flatten(x) W of images x [N,3,side,side].
     *
     * @param batch batch size, 0 for any
     * @param weights W row-major [3 side^2, features]
     */
    public static Path linear(Path file, int batch, int side, int features, float[] weights) {
        var graph = GraphProto.newBuilder()
                .setName("linear")
                .addInput(value("x", TensorProto.DataType.FLOAT_VALUE, batch, 3, side, side))
                .addInitializer(tensor("W", weights, weights.length / features, features))
                .addNode(node("Flatten", List.of("x"), "flat"))
                .addNode(node("MatMul", List.of("flat", "W"), "y"))
                .addOutput(value("y", TensorProto.DataType.FLOAT_VALUE, batch, features));
        return write(file, graph);
    }

    /**
     * A latent encoder, {@code image} [N,3,H,W] to [N,out,H/2,W/2]: a 2x2 convolution with stride 2.
     *
     * @param weights [out,3,2,2]
     * @param bias [out]
     */
    public static Path encoder(Path file, float[] weights, float[] bias) {
        return convolution(file, "Conv", "image", "latent", weights, bias, bias.length, 3);
    }

    /**
     * A latent decoder, {@code latent} [N,in,h,w] to {@code image} [N,3,2h,2w].
     *
     * @param weights [in,3,2,2]
     * @param bias [3]
     */
    public static Path decoder(Path file, float[] weights, float[] bias) {
        return convolution(file, "ConvTranspose", "latent", "image", weights, bias, weights.length / 12, 3);
    }

    private static Path convolution(
            Path file, String op, String input, String output, float[] weights, float[] bias, int first, int second) {
        var node = node(op, List.of(input, "weights", "bias"), output).toBuilder()
                .addAttribute(ints("strides", STRIDE, STRIDE))
                .addAttribute(ints("kernel_shape", STRIDE, STRIDE));
        var graph = GraphProto.newBuilder()
                .setName(op)
                .addInput(value(input, TensorProto.DataType.FLOAT_VALUE, 0, 0, 0, 0))
                .addInitializer(tensor("weights", weights, first, second, STRIDE, STRIDE))
                .addInitializer(tensor("bias", bias, bias.length))
                .addNode(node)
                .addOutput(value(output, TensorProto.DataType.FLOAT_VALUE, 0, 0, 0, 0));
        return write(file, graph);
    }

    private static NodeProto node(String op, List<String> inputs, String output) {
        return NodeProto.newBuilder()
                .setOpType(op)
                .addAllInput(inputs)
                .addOutput(output)
                .build();
    }

    private static AttributeProto ints(String name, long... values) {
        var attribute = AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        Arrays.stream(values).forEach(attribute::addInts);
        return attribute.build();
    }

    private static TensorProto tensor(String name, float[] values, long... shape) {
        var tensor = TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT_VALUE);
        Arrays.stream(shape).forEach(tensor::addDims);
        for (float value : values) {
            tensor.addFloatData(value);
        }
        return tensor.build();
    }

    private static TensorProto whole(String name, long value) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT64_VALUE)
                .addDims(1)
                .addInt64Data(value)
                .build();
    }

    /** @param sizes dimensions of the array, 0 for any */
    private static ValueInfoProto value(String name, int type, long... sizes) {
        var shape = TensorShapeProto.newBuilder();
        for (int i = 0; i < sizes.length; i++) {
            var size = TensorShapeProto.Dimension.newBuilder();
            shape.addDim(sizes[i] == 0 ? size.setDimParam(name + i) : size.setDimValue(sizes[i]));
        }
        var tensor = TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape);
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    private static Path write(Path file, GraphProto.Builder graph) {
        var model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(graph)
                .build();
        try {
            return Files.write(file, model.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
