package io.flowmap.eval.feature;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** An ONNX file of y = flatten(x) W, written field by field as onnx.proto numbers them. */
public final class OnnxFile {
    private static final int FLOAT = 1;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private OnnxFile() {}

    /**
     * The bytes of a file.
     *
     * @param batch images at once, 0 for any number
     * @param side of the images
     * @param weights W row-major [3 side^2, features]
     */
    public static byte[] linear(int batch, int side, int features, float[] weights) {
        var raw = ByteBuffer.allocate(weights.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(weights);
        var matrix = new OnnxFile()
                .number(1, weights.length / features)
                .number(1, features)
                .number(2, FLOAT)
                .text(8, "W")
                .bytes(9, raw.array());
        var graph = new OnnxFile()
                .message(1, new OnnxFile().text(1, "x").text(2, "flat").text(4, "Flatten"))
                .message(
                        1,
                        new OnnxFile().text(1, "flat").text(1, "W").text(2, "y").text(4, "MatMul"))
                .text(2, "linear")
                .message(5, matrix)
                .message(11, value("x", batch, 3, side, side))
                .message(12, value("y", batch, features));
        return new OnnxFile()
                .number(1, 8)
                .message(7, graph)
                .message(8, new OnnxFile().text(1, "").number(2, 13))
                .out
                .toByteArray();
    }

    private static OnnxFile value(String name, int... sizes) {
        var shape = new OnnxFile();
        for (int size : sizes) {
            shape.message(1, size == 0 ? new OnnxFile().text(2, "N") : new OnnxFile().number(1, size));
        }
        var tensor = new OnnxFile().number(1, FLOAT).message(2, shape);
        return new OnnxFile().text(1, name).message(2, new OnnxFile().message(1, tensor));
    }

    private OnnxFile number(int field, long value) {
        variable(field << 3);
        variable(value);
        return this;
    }

    private OnnxFile text(int field, String text) {
        return bytes(field, text.getBytes(StandardCharsets.UTF_8));
    }

    private OnnxFile message(int field, OnnxFile message) {
        return bytes(field, message.out.toByteArray());
    }

    private OnnxFile bytes(int field, byte[] bytes) {
        variable(field << 3 | 2);
        variable(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    private void variable(long value) {
        long left = value;
        for (; left > 127; left >>>= 7) {
            out.write((int) (left & 127 | 128));
        }
        out.write((int) left);
    }
}
