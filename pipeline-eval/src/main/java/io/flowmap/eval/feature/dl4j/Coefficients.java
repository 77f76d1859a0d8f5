package io.flowmap.eval.feature.dl4j;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Set;

/**
 * The array in {@code coefficients.bin}, as ND4J writes one: the shape information as a buffer, then the values as a buffer. A buffer is the
 * name of an allocation mode, its length (64 bits in the modes of today, 32 before), the name of a type, and the elements, big-endian.
 */
final class Coefficients {
    private static final Set<String> LONG_LENGTHS = Set.of("LONG_SHAPE", "MIXED_DATA_TYPES");
    private static final Set<String> INT_LENGTHS = Set.of("DIRECT", "HEAP", "JAVA", "JAVACPP");
    private static final int MOST_SHAPE = 128;

    private Coefficients() {}

    /** Reads the values. Throws {@link IOException} if the bytes are no such array of float or double. */
    static float[] read(byte[] bytes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        long shape = length(in, MOST_SHAPE);
        var type = in.readUTF();
        in.skipNBytes(shape * width(type));
        long most = in.available() / Float.BYTES;
        int length = (int) length(in, most);
        type = in.readUTF();
        var values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = switch (type) {
                case "FLOAT" -> in.readFloat();
                case "DOUBLE" -> (float) in.readDouble();
                default -> throw new IOException("expected weights as FLOAT or DOUBLE, got " + type);
            };
        }
        return values;
    }

    private static long length(DataInputStream in, long most) throws IOException {
        var mode = in.readUTF();
        if (!LONG_LENGTHS.contains(mode) && !INT_LENGTHS.contains(mode)) {
            throw new IOException("expected a buffer of ND4J, got one of mode " + mode);
        }
        long length = LONG_LENGTHS.contains(mode) ? in.readLong() : in.readInt();
        if (length < 0 || length > most) {
            throw new IOException("expected a buffer of at most " + most + " elements, got " + length);
        }
        return length;
    }

    private static int width(String type) throws IOException {
        return switch (type) {
            case "LONG" -> Long.BYTES;
            case "INT" -> Integer.BYTES;
            default -> throw new IOException("expected a shape as LONG or INT, got " + type);
        };
    }
}
