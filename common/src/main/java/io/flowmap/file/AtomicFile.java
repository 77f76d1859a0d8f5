package io.flowmap.file;

import io.flowmap.config.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;

/**
 * Atomic reading and writing of small files. A file is written under a temporary name and renamed, or on an object store written by one
 * PUT, which becomes visible only when it is complete.
 */
public final class AtomicFile {
    private static final Set<String> OBJECT_STORES = Set.of("s3", "s3a", "s3n", "gs", "oss", "cosn", "swift", "obs");
    private static final String UNFINISHED = ".writing";

    private AtomicFile() {}

    /** Writes a file, replacing an existing one. Throws {@link UncheckedIOException} if the file system fails. */
    public static void write(FileSystem fileSystem, Path file, byte[] bytes) {
        try {
            if (isObjectStore(fileSystem)) {
                put(fileSystem, file, bytes);
            } else {
                var hidden = hidden(file);
                put(raw(fileSystem), hidden, bytes);
                replace(fileSystem, hidden, file);
            }
        } catch (IOException e) {
            throw Store.failure("cannot write " + file, e);
        }
    }

    /** Reads a small file. Throws {@link UserError} if it is damaged, {@link UncheckedIOException} if the file system fails. */
    public static byte[] read(FileSystem fileSystem, Path file) {
        try (var in = Store.open(fileSystem, file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UserError("cannot read " + file + ": damaged: " + e.getMessage(), e);
        }
    }

    /**
     * Creates a file that need not appear atomically, replacing an existing one. On file systems that support it, data written before
     * {@link #sync} survives a power failure. Local files are written without Hadoop's checksum file, which cannot be synced.
     */
    public static FSDataOutputStream create(FileSystem fileSystem, Path file) throws IOException {
        return raw(fileSystem).create(file, true);
    }

    /** Makes the data written so far durable, if the stream supports that before it is closed. */
    public static void sync(FSDataOutputStream out) throws IOException {
        if (out.hasCapability(StreamCapabilities.HSYNC)) {
            out.hsync();
        }
    }

    /** Whether this is the temporary file of a {@link #write} that was interrupted. */
    public static boolean isUnfinished(Path file) {
        return file.getName().startsWith(".") && file.getName().endsWith(UNFINISHED);
    }

    /** The local file system without Hadoop's checksum files; any other file system unchanged. */
    public static FileSystem raw(FileSystem fileSystem) {
        return fileSystem instanceof LocalFileSystem local ? local.getRaw() : fileSystem;
    }

    /** Renames a file atomically over an existing one. */
    static void replace(FileSystem fileSystem, Path from, Path to) throws IOException {
        if (fileSystem instanceof LocalFileSystem local) {
            rename(local.getRaw(), from, to);
        } else {
            FileContext.getFileContext(fileSystem.getUri(), fileSystem.getConf())
                    .rename(from, to, Rename.OVERWRITE);
        }
    }

    static boolean isObjectStore(FileSystem fileSystem) {
        return OBJECT_STORES.contains(fileSystem.getUri().getScheme());
    }

    private static Path hidden(Path file) {
        return new Path(file.getParent(), "." + file.getName() + UNFINISHED);
    }

    private static void put(FileSystem fileSystem, Path file, byte[] bytes) throws IOException {
        fileSystem.mkdirs(file.getParent());
        try (var out = fileSystem.create(file, true)) {
            out.write(bytes);
            sync(out);
        }
    }

    private static void rename(FileSystem raw, Path from, Path to) throws IOException {
        if (!raw.rename(from, to)) {
            throw new IOException("cannot rename " + from + " to " + to);
        }
    }
}
