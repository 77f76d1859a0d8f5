package io.flowmap.stage;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.file.AtomicFile;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exclusive write access of one process to a directory on any Hadoop file system. Each process that holds or wants the lock keeps a file
 * {@code .lock-ID} in the directory. It writes the file before it looks at those of others, and rewrites it every five seconds. If two
 * processes want the lock at once, the lower id gets it. If one already holds it, the other fails with a {@link UserError}.
 *
 * <p>The lock ends with its owner. On the owner's machine other processes see at once whether it still runs. Processes on other machines
 * take the lock over if its file has not been rewritten for a minute, measured by their own clock. Nothing is renamed and no exclusive
 * create is needed, so locks also work on object stores. Limits: the file system must list a new file at once, as local disks, HDFS, S3,
 * GCS and Azure do. An owner that was suspended for a minute and lost its lock notices this only when it next rewrites its file.
 */
final class DirectoryLock implements Closeable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);
    private static final String PREFIX = ".lock-";
    private static final long LOOK_MILLIS = 200;
    private static final int RENEWALS = 12;

    private final FileSystem fileSystem;
    private final Path file;
    private final Owner owner;
    private final Duration patience;
    private boolean held;
    private boolean closed;
    private long renewals;
    private boolean missing;

    /** Content of a lock file. The count changes on every rewrite, so others can see that the owner is alive. */
    private record Claim(Owner owner, boolean held, long renewals) {}

    /** A claim and the time when it was last seen to change. */
    private record Sighting(Optional<Claim> claim, boolean changed, long since) {
        Sighting next(Optional<Claim> now) {
            return now.equals(claim) ? this : new Sighting(now, true, System.nanoTime());
        }
    }

    private DirectoryLock(FileSystem fileSystem, Path dir, Owner owner, Duration patience) {
        this.fileSystem = AtomicFile.raw(fileSystem);
        this.file = new Path(dir, PREFIX + UUID.randomUUID());
        this.owner = owner;
        this.patience = patience;
    }

    /**
     * Creates the directory and takes the lock, waiting for at most a minute. The lock is held until it is closed or Spark's application
     * ends. Empty if this application already holds it.
     *
     * @throws UserError if another process holds it or the directory is not writable
     */
    static Optional<DirectoryLock> take(JobContext context, FileSystem fileSystem, Path dir) throws IOException {
        var spark = context.spark().sparkContext();
        var owner = Owner.current(spark.applicationId());
        DirectoryLock lock;
        try {
            OutputDirectory.make(fileSystem, dir);
            if (isHeldBy(owner, fileSystem, dir)) {
                return Optional.empty();
            }
            lock = take(fileSystem, dir, owner, spark::stop, PATIENCE);
        } catch (IOException e) {
            throw OutputDirectory.refused(dir, e);
        }
        spark.addSparkListener(new SparkListener() {
            @Override
            public void onApplicationEnd(SparkListenerApplicationEnd end) {
                lock.close();
            }
        });
        return Optional.of(lock);
    }

    /** @param lost called if the file is gone because another process took the lock */
    static DirectoryLock take(FileSystem fileSystem, Path dir, Owner owner, Runnable lost, Duration patience)
            throws IOException {
        var lock = new DirectoryLock(fileSystem, dir, owner, patience);
        try {
            lock.write(false);
            var renewing = new Thread(() -> lock.renewUntil(lost), "lock of " + dir.getName());
            renewing.setDaemon(true);
            renewing.start();
            lock.outlastOthers();
            lock.write(true);
            return lock;
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static boolean isHeldBy(Owner owner, FileSystem fileSystem, Path dir) throws IOException {
        for (var file : files(fileSystem, dir)) {
            var claim = read(fileSystem, file);
            if (claim.isPresent() && claim.get().held() && claim.get().owner().equals(owner)) {
                return true;
            }
        }
        return false;
    }

    static boolean isLock(Path file) {
        return file.getName().startsWith(PREFIX);
    }

    synchronized void requireHeld() {
        if (closed) {
            throw new IllegalStateException(
                    "lock on " + file.getParent() + " was taken over by another process or removed");
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        notifyAll();
        try {
            fileSystem.delete(file, false);
        } catch (IOException e) {
            LOG.warn("lock={} state=left because=\"{}\"", file, e.toString());
        }
    }

    private void outlastOthers() throws IOException {
        var sightings = new HashMap<Path, Sighting>();
        while (true) {
            boolean alone = true;
            for (var other : files(fileSystem, file.getParent())) {
                var claim = read(fileSystem, other);
                var sighting = sightings.merge(
                        other, new Sighting(claim, false, System.nanoTime()), (before, first) -> before.next(claim));
                alone &= other.equals(file) || outlasts(other, sighting);
            }
            if (alone) {
                return;
            }
            pause();
        }
    }

    /**
     * Whether another claim is no obstacle, because it belongs to this process or has expired. Throws {@link UserError} if it takes
     * precedence.
     */
    private boolean outlasts(Path other, Sighting sighting) throws IOException {
        var theirs = sighting.claim().map(Claim::owner);
        if (theirs.isPresent() && theirs.get().isSameProcess(owner)) {
            return true;
        }
        boolean near = theirs.isPresent() && theirs.get().isNear(owner);
        boolean silent = System.nanoTime() - sighting.since() > patience.toNanos();
        if (near ? !theirs.get().isRunning() : silent) {
            LOG.warn(
                    "lock={} state=taken from=\"{}\"",
                    file.getParent(),
                    theirs.map(Owner::toString).orElse("unknown"));
            fileSystem.delete(other, false);
            return true;
        }
        boolean lives = near || sighting.changed();
        boolean first = sighting.claim().map(Claim::held).orElse(false) || other.compareTo(file) < 0;
        if (lives && first && theirs.isPresent()) {
            throw new UserError("cannot write into " + StageInput.withoutCredentials(file.getParent()) + ": "
                    + theirs.get() + " writes to it: wait until it ends, stop it, or choose another run.dir");
        }
        return false;
    }

    private void renewUntil(Runnable lost) {
        if (renewUntilClosed()) {
            lost.run(); // outside the monitor: stopping Spark calls close() from another thread
        }
    }

    /** Rewrites the file until the lock is closed. Returns true if another process took over. */
    private synchronized boolean renewUntilClosed() {
        while (!closed) {
            try {
                wait(patience.toMillis() / RENEWALS);
                if (closed) {
                    return false;
                }
                boolean there = fileSystem.exists(file);
                if (!there && isTaken()) {
                    closed = true;
                    LOG.error("lock={} state=lost: another process took it over", file.getParent());
                    return true;
                }
                if (there || missing) {
                    write(held);
                }
                missing = !there; // perhaps the whole directory is being deleted: it is not made again under the
                // deleter's hands
            } catch (FileNotFoundException e) {
                closed = true;
                LOG.warn("lock={} state=lost: the directory is gone", file.getParent());
            } catch (IOException e) {
                LOG.warn("lock={} state=not-renewed because=\"{}\"", file.getParent(), e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return false;
    }

    /** Whether another process has a lock file in the directory. Throws {@link FileNotFoundException} if the directory is gone. */
    private boolean isTaken() throws IOException {
        for (var other : files(fileSystem, file.getParent())) {
            var claim = read(fileSystem, other);
            if (claim.isEmpty() || !claim.get().owner().isSameProcess(owner)) {
                return true;
            }
        }
        return false;
    }

    private synchronized void write(boolean holds) throws IOException {
        held = holds;
        try (var out = fileSystem.create(file, true)) {
            out.write(Json.pretty(new Claim(owner, held, renewals++)).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static List<Path> files(FileSystem fileSystem, Path dir) throws IOException {
        return Arrays.stream(fileSystem.listStatus(dir, DirectoryLock::isLock))
                .map(status -> status.getPath())
                .toList();
    }

    /** Parses a lock file; empty while it is being written or if it has just been deleted. */
    private static Optional<Claim> read(FileSystem fileSystem, Path file) throws IOException {
        try (var in = fileSystem.open(file)) {
            return Optional.ofNullable(Json.mapper().readValue(in.readAllBytes(), Claim.class));
        } catch (JsonProcessingException | FileNotFoundException e) {
            return Optional.empty();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for another process's lock", e);
        }
    }
}
