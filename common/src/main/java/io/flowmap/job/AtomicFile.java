package io.flowmap.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;

/**
 * Small files that are there whole or not at all: written beside their place and renamed, or on an object store by one PUT, which
 * shows nothing before it is complete.
 */
public final class AtomicFile {
    private static final Set<String> OBJECT_STORES = Set.of("s3", "s3a", "s3n", "gs", "oss", "cosn", "swift", "obs");

    private AtomicFile() {}

    /** Writes the bytes as the file, replacing it if there. Throws {@link UncheckedIOException} if the file system fails. */
    public static void write(FileSystem fileSystem, Path file, byte[] bytes) {
        try {
            if (isObjectStore(fileSystem)) {
                put(fileSystem, file, bytes);
            } else if (fileSystem instanceof LocalFileSystem local) {
                var hidden = hidden(file);
                put(local.getRaw(), hidden, bytes);
                rename(local.getRaw(), hidden, file);
            } else {
                var hidden = hidden(file);
                put(fileSystem, hidden, bytes);
                var context = FileContext.getFileContext(fileSystem.getUri(), fileSystem.getConf());
                context.rename(hidden, file, Rename.OVERWRITE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** The bytes of a small file. Throws {@link UncheckedIOException} if the file system fails. */
    public static byte[] read(FileSystem fileSystem, Path file) {
        try (var in = fileSystem.open(file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static boolean isObjectStore(FileSystem fileSystem) {
        return OBJECT_STORES.contains(fileSystem.getUri().getScheme());
    }

    private static Path hidden(Path file) {
        return new Path(file.getParent(), "." + file.getName() + ".writing");
    }

    private static void put(FileSystem fileSystem, Path file, byte[] bytes) throws IOException {
        fileSystem.mkdirs(file.getParent());
        try (var out = fileSystem.create(file, true)) {
            out.write(bytes);
            if (!isObjectStore(fileSystem)) {
                out.hsync();
            }
        }
    }

    private static void rename(FileSystem raw, Path from, Path to) throws IOException {
        if (!raw.rename(from, to)) {
            throw new IOException("cannot rename " + from + " to " + to);
        }
    }
}
