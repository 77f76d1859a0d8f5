package io.flowmap.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.job.AtomicFile;
import io.flowmap.job.Sha256;
import io.flowmap.job.UserError;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Checkpoints of a training below one directory, {@code step-000000001000/}: one safetensors file a role, and {@code checkpoint.json},
 * written last: a checkpoint counts if and only if it is there.
 */
public final class CheckpointStore {
    private static final String INDEX = "checkpoint.json";
    private static final Pattern STEP = Pattern.compile("step-(\\d{12})");
    private static final int HASH_FLOATS = 1 << 14;

    private final FileSystem fileSystem;
    private final Path root;

    private CheckpointStore(FileSystem fileSystem, Path root) {
        this.fileSystem = fileSystem;
        this.root = root;
    }

    /** The store in a directory, which need not be there yet. */
    public static CheckpointStore open(Configuration hadoop, Path root) {
        try {
            return new CheckpointStore(root.getFileSystem(hadoop), root);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open checkpoints " + root, e);
        }
    }

    /**
     * Publishes a checkpoint, replacing one of the same step.
     *
     * @param vectors flat vectors by role, each as long as the layout
     * @return the content's hash
     */
    public String save(long step, Map<String, float[]> vectors, ParameterLayout layout, JsonNode state) {
        var sorted = new TreeMap<>(vectors);
        sorted.forEach((role, vector) -> requireLength(role, vector, layout));
        var dir = directory(step);
        try {
            delete(dir);
            fileSystem.mkdirs(dir);
            for (var vector : sorted.entrySet()) {
                writeRole(dir, vector.getKey(), vector.getValue(), layout);
            }
            var hash = hash(sorted);
            var index = new Index(step, List.copyOf(sorted.keySet()), hash, layout.toJson(), state);
            AtomicFile.write(
                    fileSystem, new Path(dir, INDEX), Json.pretty(index).getBytes(StandardCharsets.UTF_8));
            return hash;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write checkpoint " + dir, e);
        }
    }

    /** The highest complete step. */
    public OptionalLong latest() {
        return steps().stream().mapToLong(Long::longValue).max();
    }

    /** The complete steps, ascending. */
    public List<Long> steps() {
        var steps = new ArrayList<Long>();
        try {
            for (var child : fileSystem.listStatus(root)) {
                var matcher = STEP.matcher(child.getPath().getName());
                if (matcher.matches() && fileSystem.exists(new Path(child.getPath(), INDEX))) {
                    steps.add(Long.parseLong(matcher.group(1)));
                }
            }
        } catch (FileNotFoundException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list checkpoints " + root, e);
        }
        return steps.stream().sorted().toList();
    }

    /** Deletes all but the newest complete checkpoints. */
    public void keep(int newest) {
        var steps = steps();
        try {
            for (long step : steps.subList(0, Math.max(0, steps.size() - newest))) {
                delete(directory(step));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete checkpoints in " + root, e);
        }
    }

    /** The newest complete checkpoint with all its roles. Throws {@link UserError} if there is none. */
    public Checkpoint loadLatest() {
        return load(latest().orElseThrow(this::none));
    }

    /** A complete checkpoint; of the given roles only, or of all where none is given. Throws {@link UserError} if it is not sound. */
    public Checkpoint load(long step, String... roles) {
        var dir = directory(step);
        var index = index(dir);
        var layout = ParameterLayout.fromJson(index.layout());
        var vectors = new TreeMap<String, float[]>();
        for (var role : roles.length == 0 ? index.roles() : List.of(roles)) {
            if (!index.roles().contains(role)) {
                throw new UserError(
                        "cannot read checkpoint " + dir + ": expected one of " + index.roles() + ", got " + role);
            }
            vectors.put(role, readRole(dir, role, layout));
        }
        if (vectors.size() == index.roles().size() && !hash(vectors).equals(index.sha256())) {
            throw new UserError("cannot read checkpoint " + dir + ": expected content with hash " + index.sha256()
                    + ", got " + hash(vectors));
        }
        return new Checkpoint(step, layout, vectors, index.state(), index.sha256());
    }

    /** SHA-256 over the vectors' little-endian bytes, roles in alphabetical order. */
    public static String hash(Map<String, float[]> vectors) {
        var digest = Sha256.digest();
        var buffer = ByteBuffer.allocate(HASH_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (var vector : new TreeMap<>(vectors).values()) {
            for (int from = 0; from < vector.length; from += HASH_FLOATS) {
                int length = Math.min(HASH_FLOATS, vector.length - from);
                buffer.clear();
                buffer.asFloatBuffer().put(vector, from, length);
                digest.update(buffer.array(), 0, length * Float.BYTES);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Deletes the index first, so that a half-deleted checkpoint does not look complete. */
    private void delete(Path dir) throws IOException {
        fileSystem.delete(new Path(dir, INDEX), false);
        fileSystem.delete(dir, true);
    }

    private void writeRole(Path dir, String role, float[] vector, ParameterLayout layout) throws IOException {
        var tensors = new LinkedHashMap<String, TensorData>();
        for (var entry : layout.entries()) {
            tensors.put(entry.name(), TensorData.of(vector, Math.toIntExact(entry.offset()), entry.shape()));
        }
        try (var out = fileSystem.create(file(dir, role), true)) {
            SafeTensors.write(out, tensors, Map.of("role", role));
        }
    }

    private float[] readRole(Path dir, String role, ParameterLayout layout) {
        var file = file(dir, role);
        try (var in = fileSystem.open(file)) {
            long length = fileSystem.getFileStatus(file).getLen();
            var tensors = SafeTensors.read(in, length, file.toString()).tensors();
            var vector = new float[Math.toIntExact(layout.length())];
            for (var entry : layout.entries()) {
                var tensor = tensors.remove(entry.name());
                if (tensor == null || tensor.count() != entry.length()) {
                    throw new UserError("cannot read " + file + ": expected parameter " + entry + ", got "
                            + (tensor == null ? "none" : tensor.count() + " elements"));
                }
                System.arraycopy(tensor.floats(), 0, vector, Math.toIntExact(entry.offset()), tensor.count());
            }
            return vector;
        } catch (IOException e) {
            throw new UserError(
                    "cannot read " + file + ": expected a sound safetensors file, got " + e.getMessage(), e);
        }
    }

    private Index index(Path dir) {
        var file = new Path(dir, INDEX);
        try {
            if (!fileSystem.exists(file)) {
                throw none();
            }
            return Json.mapper().readValue(AtomicFile.read(fileSystem, file), Index.class);
        } catch (IOException e) {
            throw new UserError("cannot read " + file + ": expected a checkpoint's index, got " + e.getMessage(), e);
        }
    }

    private UserError none() {
        return new UserError("cannot read checkpoint in " + root + ": expected one of steps " + steps() + ", got none");
    }

    private Path directory(long step) {
        return new Path(root, "step-%012d".formatted(step));
    }

    private static Path file(Path dir, String role) {
        return new Path(dir, role + ".safetensors");
    }

    private static void requireLength(String role, float[] vector, ParameterLayout layout) {
        if (!role.matches("[a-z0-9][a-z0-9.-]*") || vector.length != layout.length()) {
            throw new IllegalArgumentException("expected a role in lower case with " + layout.length()
                    + " elements, got " + role + " with " + vector.length);
        }
    }

    private record Index(long step, List<String> roles, String sha256, JsonNode layout, JsonNode state) {}
}
