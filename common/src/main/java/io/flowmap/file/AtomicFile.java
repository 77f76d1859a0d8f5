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
 * Small files that are there whole or not at all: written beside their place and renamed, or on an object store by one PUT, which
 * shows nothing before it is complete.
 */
public final class AtomicFile {
    private static final Set<String> OBJECT_STORES = Set.of("s3", "s3a", "s3n", "gs", "oss", "cosn", "swift", "obs");
    private static final String UNFINISHED = ".writing";

    private AtomicFile() {}

    /** Writes the bytes as the file, replacing it if there. Throws {@link UncheckedIOException} if the file system fails. */
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

    /** The bytes of a small file. Throws {@link UserError} if it is damaged, {@link UncheckedIOException} if the file system fails. */
    public static byte[] read(FileSystem fileSystem, Path file) {
        try (var in = Store.open(fileSystem, file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UserError("cannot read " + file + ": damaged: " + e.getMessage(), e);
        }
    }

    /**
     * Creates a file that need not appear at once, replacing it if there: what is written before {@link #sync} outlives a loss of
     * power, where the file system can. Local files are written without Hadoop's checksum file, which cannot be synced.
     */
    public static FSDataOutputStream create(FileSystem fileSystem, Path file) throws IOException {
        return raw(fileSystem).create(file, true);
    }

    /** Makes what was written durable, if the stream can before it is closed. */
    public static void sync(FSDataOutputStream out) throws IOException {
        if (out.hasCapability(StreamCapabilities.HSYNC)) {
            out.hsync();
        }
    }

    /** Whether a name is that of a file that {@link #write} was writing when it was cut off. */
    public static boolean isUnfinished(Path file) {
        return file.getName().startsWith(".") && file.getName().endsWith(UNFINISHED);
    }

    /** The local file system without Hadoop's checksum files; any other as it is. */
    public static FileSystem raw(FileSystem fileSystem) {
        return fileSystem instanceof LocalFileSystem local ? local.getRaw() : fileSystem;
    }

    /** Renames over a file that may be there, at once. */
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
