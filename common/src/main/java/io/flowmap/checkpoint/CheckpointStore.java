package io.flowmap.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import io.flowmap.tensor.Floats;
import io.flowmap.tensor.ParameterLayout;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints of one training below one directory. {@code step-000000001000/} holds one safetensors file for each role and {@code
 * checkpoint.json}, which is written last: a checkpoint is complete if and only if this file exists, and it consists of the files named
 * there.
 */
public final class CheckpointStore {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
    private static final String INDEX = "checkpoint.json";
    private static final Pattern STEP = Pattern.compile("step-(\\d{12})");
    private static final String SUFFIX = ".safetensors";
    private static final String SNAPSHOTS = "snapshots";

    private final FileSystem fileSystem;
    private final Path root;

    private CheckpointStore(FileSystem fileSystem, Path root) {
        this.fileSystem = fileSystem;
        this.root = root;
    }

    /** Opens the store in a directory, which need not exist yet. */
    public static CheckpointStore open(Configuration hadoop, Path root) {
        return new CheckpointStore(Store.of(hadoop, root), root);
    }

    /** The store of the EMA snapshots, which lie below the checkpoints of their training. */
    public CheckpointStore snapshots() {
        return new CheckpointStore(fileSystem, new Path(root, SNAPSHOTS));
    }

    /**
     * Publishes a checkpoint. Replaces a checkpoint of the same step.
     *
     * @param vectors flat vectors by role, each as long as the layout
     * @return hash of the content
     */
    public String save(long step, Map<String, float[]> vectors, ParameterLayout layout, JsonNode state) {
        var floats = new TreeMap<String, Floats>();
        vectors.forEach((role, vector) -> floats.put(role, Floats.of(vector)));
        return save(step, floats, layout, state, null);
    }

    /**
     * Like {@link #save(long, Map, ParameterLayout, JsonNode)}, for vectors that do not hold all parameters.
     *
     * @param frozen the file with the missing parameters; null if the vectors hold all parameters
     */
    public String save(
            long step, Map<String, Floats> vectors, ParameterLayout layout, JsonNode state, FrozenFile frozen) {
        var arrays = new TreeMap<String, Iterable<float[]>>();
        vectors.forEach((role, vector) -> {
            if (vector.length() != layout.length()) {
                throw new IllegalArgumentException(
                        "expected " + layout.length() + " elements of " + role + ", got " + vector.length());
            }
            arrays.put(role, VectorFile.arrays(vector, layout));
        });
        return saveArrays(step, arrays, layout, state, frozen);
    }

    /** Like {@code save}, but takes each role as its arrays in the order of the layout. Only one array is in memory at a time. */
    public String saveArrays(
            long step, Map<String, Iterable<float[]>> vectors, ParameterLayout layout, JsonNode state) {
        return saveArrays(step, vectors, layout, state, null);
    }

    private String saveArrays(
            long step,
            Map<String, Iterable<float[]>> vectors,
            ParameterLayout layout,
            JsonNode state,
            FrozenFile frozen) {
        vectors.keySet().forEach(CheckpointStore::requireName);
        var dir = directory(step);
        var total = Sha256.digest();
        try {
            var files = new TreeMap<String, CheckpointIndex.RoleFile>();
            var suffix = unusedSuffix(dir);
            for (var vector : new TreeMap<>(vectors).entrySet()) {
                var role = vector.getKey();
                var file = new Path(dir, role + suffix);
                var hash = VectorFile.write(fileSystem, file, role, vector.getValue(), layout, total);
                files.put(role, new CheckpointIndex.RoleFile(file.getName(), hash));
            }
            var hash = HexFormat.of().formatHex(total.digest());
            var index = new CheckpointIndex(
                    step,
                    List.copyOf(files.keySet()),
                    hash,
                    files,
                    Json.mapper().valueToTree(layout.entries()),
                    state,
                    frozen == null ? null : frozen.from(home()));
            AtomicFile.write(fileSystem, new Path(dir, INDEX), index.bytes());
            deleteUnnamed(dir, index);
            return hash;
        } catch (IOException e) {
            throw Store.failure("cannot write checkpoint " + dir, e);
        }
    }

    /** The highest complete step, empty if there is none. */
    public OptionalLong latest() {
        return steps().stream().mapToLong(Long::longValue).max();
    }

    /** The highest complete step. Throws {@link UserError} if there is none. */
    public long finalStep() {
        return latest().orElseThrow(this::none);
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
            throw Store.failure("cannot list checkpoints " + root, e);
        }
        return steps.stream().sorted().toList();
    }

    /** Roles of a complete checkpoint in alphabetical order. Throws {@link UserError} if its index is damaged. */
    public List<String> roles(long step) {
        return index(directory(step), step).roles();
    }

    /** Deletes all complete checkpoints except the newest ones. */
    public void keep(int newest) {
        var steps = steps();
        try {
            for (long step : steps.subList(0, Math.max(0, steps.size() - newest))) {
                delete(directory(step));
            }
        } catch (IOException e) {
            throw Store.failure("cannot delete checkpoints in " + root, e);
        }
    }

    /**
     * The newest intact checkpoint with all its roles. Newer checkpoints that are damaged, for example by a power failure, are skipped with
     * a warning. Throws {@link UserError} if no checkpoint is intact.
     */
    public Checkpoint loadLatest() {
        var steps = new ArrayList<>(steps());
        Collections.reverse(steps);
        UserError damage = null;
        for (long step : steps) {
            try {
                var checkpoint = load(step);
                if (damage != null) {
                    LOG.warn("checkpoint={} used_instead_of={}", directory(step), directory(steps.get(0)));
                }
                return checkpoint;
            } catch (UserError e) {
                LOG.warn("checkpoint={} damage=\"{}\"", directory(step), e.getMessage());
                damage = damage == null ? e : damage;
            }
        }
        throw damage == null ? none() : damage;
    }

    /**
     * The newest complete checkpoint with the given roles, or with all roles if none are given. Throws {@link UserError} if there is no
     * checkpoint or the newest one is damaged.
     */
    public Checkpoint loadFinal(String... roles) {
        return load(finalStep(), roles);
    }

    /** Throws {@link UserError} unless the newest complete checkpoint has the role. Reads only its index. */
    public void requireFinal(String role) {
        hash(finalStep(), role);
    }

    /**
     * SHA-256 of a role's vector, read from the index of a step. For checkpoints of earlier versions this is the hash of all vectors.
     * Throws {@link UserError} unless the checkpoint is complete and has the role.
     */
    public String hash(long step, String role) {
        var index = index(directory(step), step);
        requireRole(directory(step), index, role);
        return index.files().isEmpty()
                ? index.sha256()
                : index.files().get(role).sha256();
    }

    /** Deletes all checkpoints after a step, so that the training can resume from it. */
    public void truncate(long last) {
        try {
            for (long step : steps()) {
                if (step > last) {
                    delete(directory(step));
                }
            }
        } catch (IOException e) {
            throw Store.failure("cannot delete checkpoints in " + root, e);
        }
    }

    /** Loads a complete checkpoint with the given roles, or with all roles if none are given. Throws {@link UserError} if it is damaged. */
    public Checkpoint load(long step, String... roles) {
        var dir = directory(step);
        var index = index(dir, step);
        var layout = layout(dir, index);
        var vectors = new TreeMap<String, float[]>();
        for (var role : roles.length == 0 ? index.roles() : List.of(roles)) {
            requireRole(dir, index, role);
            var vector = VectorFile.read(fileSystem, new Path(dir, index.file(role)), layout);
            if (!index.files().isEmpty()) {
                requireHash(
                        new Path(dir, index.file(role)), index.files().get(role).sha256(), VectorFile.hash(vector));
            }
            vectors.put(role, vector);
        }
        if (vectors.size() == index.roles().size()) {
            requireHash(dir, index.sha256(), hash(vectors));
        }
        return new Checkpoint(step, layout, vectors, index.state(), index.sha256(), absolute(index.frozen()));
    }

    /** File and hash of a role's vector; null if a checkpoint of an earlier version stores no hash for each role. */
    public FrozenFile file(long step, String role) {
        var index = index(directory(step), step);
        requireRole(directory(step), index, role);
        return index.files().isEmpty()
                ? null
                : new FrozenFile(
                        new Path(directory(step), index.file(role)).toString(),
                        index.files().get(role).sha256());
    }

    /** Index of the vectors of a step. */
    public ParameterLayout layout(long step) {
        return layout(directory(step), index(directory(step), step));
    }

    /** The file with the parameters that are missing from the vectors of a step; null if the vectors hold all parameters. */
    public FrozenFile frozen(long step) {
        return absolute(index(directory(step), step).frozen());
    }

    private FrozenFile absolute(FrozenFile frozen) {
        return frozen == null ? null : frozen.in(home());
    }

    /** Directory of the training. */
    private Path home() {
        return fileSystem.makeQualified(root.getName().equals(SNAPSHOTS) ? root.getParent() : root);
    }

    /** SHA-256 of the little-endian bytes of all vectors, roles in alphabetical order. */
    public static String hash(Map<String, float[]> vectors) {
        var digest = Sha256.digest();
        new TreeMap<>(vectors).values().forEach(vector -> VectorFile.update(digest, vector));
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * A file suffix that is not yet used in the directory. An earlier checkpoint of the same step therefore stays intact until the index is
     * replaced.
     */
    private String unusedSuffix(Path dir) throws IOException {
        if (!fileSystem.exists(new Path(dir, INDEX))) {
            fileSystem.delete(dir, true);
            fileSystem.mkdirs(dir);
            return SUFFIX;
        }
        var names = new ArrayList<String>();
        for (var file : fileSystem.listStatus(dir)) {
            names.add(file.getPath().getName());
        }
        int version = 1;
        while (anyEndsWith(names, "_" + version + SUFFIX)) {
            version++;
        }
        return "_" + version + SUFFIX;
    }

    private static boolean anyEndsWith(List<String> names, String suffix) {
        return names.stream().anyMatch(name -> name.endsWith(suffix));
    }

    private void deleteUnnamed(Path dir, CheckpointIndex index) throws IOException {
        var named = index.roles().stream().map(index::file).collect(Collectors.toSet());
        for (var file : fileSystem.listStatus(dir)) {
            var name = file.getPath().getName();
            if (name.endsWith(SUFFIX) && !named.contains(name)) {
                fileSystem.delete(file.getPath(), false);
            }
        }
    }

    /** Deletes the index first, so that a half-deleted checkpoint does not look complete. */
    private void delete(Path dir) throws IOException {
        fileSystem.delete(new Path(dir, INDEX), false);
        fileSystem.delete(dir, true);
    }

    private CheckpointIndex index(Path dir, long step) {
        var file = new Path(dir, INDEX);
        try {
            if (!fileSystem.exists(file)) {
                throw missing(Long.toString(step));
            }
            var index = CheckpointIndex.of(AtomicFile.read(fileSystem, file));
            if (index.step() != step) {
                throw new IllegalArgumentException("expected step " + step + ", got " + index.step());
            }
            return index;
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw Store.failure("cannot read " + file, e);
        }
    }

    private static ParameterLayout layout(Path dir, CheckpointIndex index) {
        try {
            return index.parameters();
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot read " + new Path(dir, INDEX) + ": " + e.getMessage(), e);
        }
    }

    private static void requireRole(Path dir, CheckpointIndex index, String role) {
        if (!index.roles().contains(role)) {
            throw new UserError(
                    "cannot read checkpoint " + dir + ": expected one of " + index.roles() + ", got " + role);
        }
    }

    private static void requireHash(Path file, String expected, String got) {
        if (!expected.equals(got)) {
            throw new UserError(
                    "cannot read checkpoint " + file + ": expected content with hash " + expected + ", got " + got);
        }
    }

    private UserError none() {
        return missing("none");
    }

    private UserError missing(String got) {
        return new UserError(
                "cannot read checkpoint in " + root + ": expected one of steps " + steps() + ", got " + got);
    }

    private Path directory(long step) {
        return new Path(root, String.format(Locale.ROOT, "step-%012d", step));
    }

    private static void requireName(String role) {
        if (!role.matches(CheckpointIndex.ROLE)) {
            throw new IllegalArgumentException("expected a role in lower case, got " + role);
        }
    }
}
