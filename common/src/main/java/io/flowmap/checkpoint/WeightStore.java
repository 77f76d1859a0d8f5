package io.flowmap.checkpoint;

import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The frozen weights of this JVM. Each file is fetched, verified by its hash and mapped once, then shared by all concurrent users:
 * teachers, base networks of students, all tasks of an executor. Files that are not on the local file system are copied to it first. The
 * store is static because an executor outlives its tasks.
 */
public final class WeightStore {
    private static final WeightStore OF_THIS_JVM = new WeightStore();

    private final Map<FrozenFile, Held> held = new HashMap<>();
    private final Map<Version, Kept> kept = new HashMap<>();
    private long fetched;

    private WeightStore() {}

    public static WeightStore ofThisJvm() {
        return OF_THIS_JVM;
    }

    private static final class Held {
        private final MappedWeights weights;
        private final Path copy;
        private int users;

        Held(MappedWeights weights, Path copy) {
            this.weights = weights;
            this.copy = copy;
        }
    }

    /** Read-only arrays by name, valid until closed. Close exactly once. */
    public record Lease(Map<String, INDArray> arrays, Runnable release) implements AutoCloseable {
        @Override
        public void close() {
            release.run();
        }
    }

    /**
     * Weights that stay mapped until the JVM ends.
     *
     * @param arrays read-only arrays by name
     * @param sha256 hash of the bytes of all arrays, in the order of the file
     */
    public record Kept(Map<String, INDArray> arrays, String sha256) {}

    /** A file as it was at some time. */
    private record Version(String path, long length, long changed) {}

    /** Number of files fetched so far. */
    public synchronized long fetched() {
        return fetched;
    }

    /** Bytes of the files currently held. */
    public synchronized long bytes() {
        return held.values().stream().mapToLong(one -> one.weights.bytes()).sum();
    }

    /**
     * Borrows the arrays of some files. Throws {@link UserError} if a file is missing, damaged or does not match its hash.
     *
     * @param files files to borrow; null entries are ignored
     */
    public Lease borrow(Configuration hadoop, FrozenFile... files) {
        var arrays = new HashMap<String, INDArray>();
        var taken = new ArrayList<FrozenFile>();
        try {
            for (var file : files) {
                if (file != null) {
                    arrays.putAll(take(file, hadoop));
                    taken.add(file);
                }
            }
        } catch (RuntimeException e) {
            taken.forEach(this::giveBack);
            throw e;
        }
        return new Lease(arrays, () -> taken.forEach(this::giveBack));
    }

    /**
     * Maps a file whose hash is not known beforehand, for encoders that task after task opens again. A file that has changed since is mapped
     * anew. Throws {@link UserError} if it is missing or damaged.
     */
    public synchronized Kept keep(Configuration hadoop, org.apache.hadoop.fs.Path file) {
        try {
            var status = Store.of(hadoop, file).getFileStatus(file);
            var version = new Version(status.getPath().toString(), status.getLen(), status.getModificationTime());
            var known = kept.get(version);
            if (known == null) {
                var mapped = fetch(file.toString(), hadoop);
                if (mapped.copy != null) {
                    mapped.copy.toFile().deleteOnExit();
                }
                known = new Kept(mapped.weights.arrays(), mapped.weights.sha256());
                kept.put(version, known);
            }
            return known;
        } catch (IOException e) {
            throw Store.failure("cannot read weights " + file, e);
        }
    }

    private synchronized Map<String, INDArray> take(FrozenFile file, Configuration hadoop) {
        var one = held.computeIfAbsent(file, wanted -> fetch(wanted, hadoop));
        one.users++;
        return one.weights.arrays();
    }

    private synchronized void giveBack(FrozenFile file) {
        var one = held.get(file);
        one.users--;
        if (one.users == 0) {
            held.remove(file);
            delete(one.copy);
        }
    }

    private Held fetch(FrozenFile file, Configuration hadoop) {
        var mapped = fetch(file.path(), hadoop);
        var sha256 = mapped.weights.sha256();
        if (!sha256.equals(file.sha256())) {
            delete(mapped.copy);
            throw new UserError("cannot use weights " + file.path() + ": expected arrays with hash " + file.sha256()
                    + ", got " + sha256 + ": the file was changed");
        }
        return mapped;
    }

    private Held fetch(String file, Configuration hadoop) {
        var path = new org.apache.hadoop.fs.Path(file);
        var fileSystem = Store.of(hadoop, path);
        boolean local = fileSystem.getScheme().equals("file");
        Path copy = null;
        try {
            if (!local) {
                copy = Files.createTempFile("flowmap-weights-", ".safetensors");
                try (var in = Store.open(fileSystem, path)) {
                    Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
                }
            }
            var weights = MappedWeights.of(
                    local ? Path.of(fileSystem.makeQualified(path).toUri()) : copy, file);
            fetched++;
            return new Held(weights, copy);
        } catch (IOException e) {
            delete(copy);
            throw Store.failure("cannot read weights " + file, e);
        } catch (RuntimeException e) {
            delete(copy);
            throw e;
        }
    }

    private static void delete(Path copy) {
        try {
            if (copy != null) {
                Files.deleteIfExists(copy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + copy, e);
        }
    }
}
