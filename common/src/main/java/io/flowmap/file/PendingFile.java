package io.flowmap.file;

import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file of any size that becomes visible atomically on commit. It is written under a temporary name and renamed, or on an object store
 * uploaded and then completed or aborted. Several attempts at the same file may run concurrently.
 */
public final class PendingFile implements Closeable {
    private final FileSystem fileSystem;
    private final Path target;
    private final Path place;
    private final FSDataOutputStream out;
    private boolean committed;

    private PendingFile(FileSystem fileSystem, Path target, Path place) throws IOException {
        this.fileSystem = fileSystem;
        this.target = target;
        this.place = place;
        this.out = AtomicFile.create(fileSystem, place);
    }

    /** @param attempt id that distinguishes concurrent attempts at the same file, such as Spark's task attempt id */
    public static PendingFile create(FileSystem fileSystem, Path target, long attempt) throws IOException {
        boolean upload = AtomicFile.isObjectStore(fileSystem);
        var beside = new Path(target.getParent(), "." + target.getName() + "." + attempt);
        return new PendingFile(fileSystem, target, upload ? target : beside);
    }

    /** Stream for the content. Do not close it. */
    public FSDataOutputStream stream() {
        return out;
    }

    /** Makes the file visible and replaces an existing one. */
    public void commit() throws IOException {
        AtomicFile.sync(out);
        out.close();
        if (!place.equals(target)) {
            AtomicFile.replace(fileSystem, place, target);
        }
        committed = true;
    }

    /** Without {@link #commit}, removes everything that was written. */
    @Override
    public void close() throws IOException {
        if (committed) {
            return;
        }
        if (place.equals(target)) {
            out.abort();
        } else {
            out.close();
            AtomicFile.raw(fileSystem).delete(place, false);
        }
    }
}
