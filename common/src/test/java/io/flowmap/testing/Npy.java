package io.flowmap.testing;

import io.flowmap.tensor.Float16;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;

/**
 * An array of a NumPy file: little endian, of type f2, f4, f8, i4, i8, u1 or b1.
 *
 * @param dtype NumPy's name without byte order, for example "f4"
 * @param shape dimensions, empty for a scalar
 * @param values in C order; i8 beyond 2^53 loses bits
 */
public record Npy(String dtype, long[] shape, double[] values) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DESCR = Pattern.compile("'descr':\\s*'([<|=]?)([a-z]\\d)'");
    private static final Pattern TEXT = Pattern.compile("'descr':\\s*'[<|=]?([SU])(\\d+)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order':\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([^)]*)\\)");

    /** Reads a .npy file. */
    public static Npy read(Path file) {
        try {
            return parse(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Reads the arrays of a .npz file by name, in file order. Text arrays are skipped. */
    public static Map<String, Npy> readZip(Path file) {
        var arrays = new LinkedHashMap<String, Npy>();
        try (var zip = new ZipFile(file.toFile())) {
            for (var entry : Collections.list(zip.entries())) {
                var name = entry.getName().replaceFirst("\\.npy$", "");
                try (var in = zip.getInputStream(entry)) {
                    var bytes = in.readAllBytes();
                    if (!isText(bytes)) {
                        arrays.put(name, parse(bytes, file + "!" + name));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        return arrays;
    }

    /** The text array {@code name} of a .npz file. */
    public static List<String> readTexts(Path file, String name) {
        try (var zip = new ZipFile(file.toFile());
                var in = zip.getInputStream(zip.getEntry(name + ".npy"))) {
            var bytes = in.readAllBytes();
            var width = TEXT.matcher(new String(bytes, 0, Math.min(bytes.length, 80), StandardCharsets.ISO_8859_1));
            if (!width.find() || !width.group(1).equals("U") || bytes[6] != 1) {
                throw new IllegalArgumentException("cannot read " + file + "!" + name + ": expected an array of text");
            }
            int size = Integer.BYTES * Integer.parseInt(width.group(2));
            int start =
                    10 + (ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getShort(8) & 0xffff);
            var texts = new ArrayList<String>();
            for (int at = start; at < bytes.length; at += size) {
                texts.add(new String(bytes, at, size, Charset.forName("UTF-32LE")).replace("\0", ""));
            }
            return texts;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** The values as floats. */
    public float[] floats() {
        var floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** The values as ints. */
    public int[] ints() {
        return Arrays.stream(values).mapToInt(value -> (int) value).toArray();
    }

    /** The values as longs. */
    public long[] longs() {
        return Arrays.stream(values).mapToLong(value -> (long) value).toArray();
    }

    /** The value of an array with one element. */
    public double scalar() {
        if (values.length != 1) {
            throw new IllegalStateException("expected one value, got shape " + Arrays.toString(shape));
        }
        return values[0];
    }

    private static boolean isText(byte[] bytes) {
        return TEXT.matcher(new String(bytes, 0, Math.min(bytes.length, 80), StandardCharsets.ISO_8859_1))
                .find();
    }

    private static Npy parse(byte[] bytes, String name) {
        if (bytes.length < 10 || !Arrays.equals(MAGIC, 0, 6, bytes, 0, 6)) {
            throw new IllegalArgumentException("cannot read " + name + ": expected a .npy file");
        }
        var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        boolean first = bytes[6] == 1;
        int headerLength = first ? buffer.getShort(8) & 0xffff : buffer.getInt(8);
        int headerStart = first ? 10 : 12;
        var header = new String(bytes, headerStart, headerLength, StandardCharsets.ISO_8859_1);
        var descr = match(DESCR, header, name, 2);
        var shape = Arrays.stream(match(SHAPE, header, name, 1).split(","))
                .map(String::strip)
                .filter(size -> !size.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
        buffer.position(headerStart + headerLength);
        var values = values(buffer, descr, count(shape), name);
        return new Npy(descr, shape, match(ORDER, header, name, 1).equals("True") ? transposed(values, shape) : values);
    }

    /** Converts values from Fortran order, in which the first index varies fastest, to C order. */
    private static double[] transposed(double[] values, long[] shape) {
        var ordered = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            long rest = i;
            long position = 0;
            for (int axis = 0; axis < shape.length; axis++) {
                long stride = 1;
                for (int later = axis + 1; later < shape.length; later++) {
                    stride *= shape[later];
                }
                position += rest % shape[axis] * stride;
                rest /= shape[axis];
            }
            ordered[(int) position] = values[i];
        }
        return ordered;
    }

    private static double[] values(ByteBuffer buffer, String descr, int count, String name) {
        ToDoubleFunction<ByteBuffer> next =
                switch (descr) {
                    case "f2" -> from -> Float16.toFloat(from.getShort());
                    case "f4" -> ByteBuffer::getFloat;
                    case "f8" -> ByteBuffer::getDouble;
                    case "i4" -> ByteBuffer::getInt;
                    case "i8" -> ByteBuffer::getLong;
                    case "u1", "b1" -> from -> from.get() & 0xff;
                    default -> throw new IllegalArgumentException(
                            "cannot read " + name + ": expected f2, f4, f8, i4, i8, u1 or b1, got " + descr);
                };
        var values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = next.applyAsDouble(buffer);
        }
        return values;
    }

    private static int count(long[] shape) {
        return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    }

    private static String match(Pattern pattern, String header, String name, int group) {
        var matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw new IllegalArgumentException(
                    "cannot read " + name + ": expected " + pattern + ", got header " + header);
        }
        return matcher.group(group);
    }
}
