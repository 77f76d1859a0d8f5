package io.flowmap.checkpoint;

import io.flowmap.job.AtomicFile;
import io.flowmap.job.Sha256;
import io.flowmap.job.UserError;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** One role of a checkpoint as a safetensors file: a flat vector, array by array. */
final class VectorFile {
    private static final int HASH_FLOATS = 1 << 14;
    /** Java's largest array is a few elements short of 2^31. */
    private static final int ARRAY_LIMIT = 8;

    private VectorFile() {}

    /** Publishes the vector under its role. */
    static void write(FileSystem fileSystem, Path file, String role, float[] vector, ParameterLayout layout)
            throws IOException {
        var tensors = new LinkedHashMap<String, TensorData>();
        for (var entry : layout.entries()) {
            tensors.put(entry.name(), TensorData.of(vector, Math.toIntExact(entry.offset()), entry.shape()));
        }
        try (var out = AtomicFile.create(fileSystem, file)) {
            SafeTensors.write(out, tensors, Map.of("role", role));
            AtomicFile.sync(out);
        }
    }

    /** The vector. Throws {@link UserError} if the file is not sound or of another layout. */
    static float[] read(FileSystem fileSystem, Path file, ParameterLayout layout) {
        try (var in = fileSystem.open(file)) {
            long length = fileSystem.getFileStatus(file).getLen();
            if (layout.length() > Math.min(length, Integer.MAX_VALUE - ARRAY_LIMIT)) {
                throw new UserError("cannot read " + file + ": expected " + layout.length() + " elements, got " + length
                        + " bytes");
            }
            var tensors = SafeTensors.read(in, length, file.toString()).tensors();
            var vector = new float[(int) layout.length()];
            for (var entry : layout.entries()) {
                var tensor = tensors.remove(entry.name());
                if (tensor == null || tensor.count() != entry.length()) {
                    throw new UserError("cannot read " + file + ": expected parameter " + entry + ", got "
                            + (tensor == null ? "none" : tensor.count() + " elements"));
                }
                System.arraycopy(tensor.floats(), 0, vector, (int) entry.offset(), tensor.count());
            }
            return vector;
        } catch (FileNotFoundException | EOFException | ChecksumException e) {
            throw new UserError(
                    "cannot read " + file + ": expected a sound safetensors file, got " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** SHA-256 over the vector's little-endian bytes. */
    static String hash(float[] vector) {
        var digest = Sha256.digest();
        update(digest, vector);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Adds the vector's little-endian bytes. */
    static void update(MessageDigest digest, float[] vector) {
        var buffer = ByteBuffer.allocate(HASH_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < vector.length; from += HASH_FLOATS) {
            int length = Math.min(HASH_FLOATS, vector.length - from);
            buffer.clear();
            buffer.asFloatBuffer().put(vector, from, length);
            digest.update(buffer.array(), 0, length * Float.BYTES);
        }
    }
}
