package io.flowmap.checkpoint;

import io.flowmap.config.UserError;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import io.flowmap.tensor.Floats;
import io.flowmap.tensor.ParameterLayout;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** One role of a checkpoint: a flat vector in a safetensors file, one entry for each parameter. */
final class VectorFile {
    private static final int PIECE = 1 << 14;
    /** Java's largest array is a few elements short of 2^31. */
    private static final int ARRAY_LIMIT = 8;

    private VectorFile() {}

    /**
     * Publishes a vector under its role. Only one of its arrays is in memory at a time.
     *
     * @param arrays arrays in the order of the layout
     * @param total digest to which the vector's little-endian bytes are added
     * @return SHA-256 of the vector's little-endian bytes
     */
    static String write(
            FileSystem fileSystem,
            Path file,
            String role,
            Iterable<float[]> arrays,
            ParameterLayout layout,
            MessageDigest total)
            throws IOException {
        var digest = Sha256.digest();
        try (var out = AtomicFile.create(fileSystem, file)) {
            SafeTensors.writeHeader(out, parts(layout), Map.of("role", role));
            var entries = layout.entries().iterator();
            for (float[] array : arrays) {
                requireLength(array, entries.next());
                write(new DigestOutputStream(new DigestOutputStream(out, digest), total), array);
            }
            AtomicFile.sync(out);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static List<SafeTensors.Part> parts(ParameterLayout layout) {
        return layout.entries().stream()
                .map(entry -> new SafeTensors.Part(
                        entry.name(),
                        TensorData.Type.FLOAT32,
                        entry.shape(),
                        entry.offset() * Float.BYTES,
                        (entry.offset() + entry.length()) * Float.BYTES))
                .toList();
    }

    private static void requireLength(float[] array, ParameterLayout.Entry entry) {
        if (array.length != entry.length()) {
            throw new IllegalArgumentException("expected parameter " + entry + ", got " + array.length + " elements");
        }
    }

    /** The vector's arrays in the order of the layout. Each array is copied when the iterator reaches it. */
    static Iterable<float[]> arrays(Floats vector, ParameterLayout layout) {
        return () -> layout.entries().stream()
                .map(entry -> {
                    var values = new float[(int) entry.length()];
                    vector.get((int) entry.offset(), values, 0, values.length);
                    return values;
                })
                .iterator();
    }

    /** Reads the vector. Throws {@link UserError} if the file is damaged or has another layout. */
    static float[] read(FileSystem fileSystem, Path file, ParameterLayout layout) {
        try (var in = Store.open(fileSystem, file)) {
            long length = fileSystem.getFileStatus(file).getLen();
            if (layout.length() > Math.min(length, Integer.MAX_VALUE - ARRAY_LIMIT)) {
                throw new UserError("cannot read " + file + ": expected " + layout.length() + " elements, got " + length
                        + " bytes");
            }
            var expected = new LinkedHashMap<String, ParameterLayout.Entry>();
            layout.entries().forEach(entry -> expected.put(entry.name(), entry));
            var vector = new float[(int) layout.length()];
            SafeTensors.read(in, length, file.toString(), (name, tensor) -> {
                var entry = expected.get(name);
                if (entry != null && tensor.count() == entry.length()) {
                    System.arraycopy(tensor.floats(), 0, vector, (int) entry.offset(), tensor.count());
                    expected.remove(name);
                }
            });
            expected.values().stream().findFirst().ifPresent(entry -> {
                throw new UserError(
                        "cannot read " + file + ": expected parameter " + entry + ", got none of that size");
            });
            return vector;
        } catch (EOFException | ChecksumException e) {
            throw new UserError(
                    "cannot read " + file + ": expected a sound safetensors file, got " + e.getMessage(), e);
        } catch (IOException e) {
            throw Store.failure("cannot read " + file, e);
        }
    }

    /** SHA-256 of the vector's little-endian bytes. */
    static String hash(float[] vector) {
        var digest = Sha256.digest();
        update(digest, vector);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Adds the vector's little-endian bytes to a digest. */
    static void update(MessageDigest digest, float[] vector) {
        try {
            write(new DigestOutputStream(OutputStream.nullOutputStream(), digest), vector);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot hash a vector", e);
        }
    }

    private static void write(OutputStream out, float[] vector) throws IOException {
        var buffer = ByteBuffer.allocate(PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < vector.length; from += PIECE) {
            int length = Math.min(PIECE, vector.length - from);
            buffer.clear();
            buffer.asFloatBuffer().put(vector, from, length);
            out.write(buffer.array(), 0, length * Float.BYTES);
        }
    }
}
