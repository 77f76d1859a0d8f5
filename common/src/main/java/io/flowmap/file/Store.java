package io.flowmap.file;

import io.flowmap.config.Secrets;
import io.flowmap.config.UserError;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathIsNotDirectoryException;
import org.apache.hadoop.fs.PositionedReadable;
import org.apache.hadoop.fs.Seekable;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;

/**
 * Opens files so that outages and user mistakes are told apart. A failing store is an {@link UncheckedIOException}, also in the middle of a
 * file, so that no reader mistakes it for damaged bytes. A file that does not exist or must not be read by this user is a {@link
 * UserError}. Any remaining {@link IOException} means damaged content.
 */
public final class Store {
    private static final Set<Class<? extends IOException>> MISTAKES = Set.of(
            FileNotFoundException.class,
            NoSuchFileException.class,
            AccessControlException.class,
            AccessDeniedException.class,
            UnsupportedFileSystemException.class,
            FileAlreadyExistsException.class,
            java.nio.file.FileAlreadyExistsException.class,
            ParentNotDirectoryException.class,
            PathIsNotDirectoryException.class);

    /** Refusals that Linux reports only in the text of an exception. */
    private static final Pattern REFUSED = Pattern.compile(
            "Permission denied|Read-only file system|Not a directory|Is a directory|Operation not permitted");

    /** Exhausted resources that Java reports as a file that is not found. */
    private static final Pattern EXHAUSTED = Pattern.compile(
            "\\((Too many open files.*|No space left on device|Input/output error|Stale file handle|Disk quota exceeded)\\)$");

    private Store() {}

    /** File system of a path. Throws {@link UserError} if its scheme is unknown. */
    public static FileSystem of(Configuration hadoop, Path path) {
        try {
            return path.getFileSystem(hadoop);
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot open " + path + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw failure("cannot open " + path, e);
        }
    }

    /** Opens a file for reading. */
    public static FSDataInputStream open(FileSystem fileSystem, Path file) {
        return open(fileSystem, file, file.toString());
    }

    /** @param what description of the file for messages: "a TAEF2 encoder from FILE" */
    public static FSDataInputStream open(FileSystem fileSystem, Path file, String what) {
        try {
            return new FSDataInputStream(new Input(fileSystem.open(file), what));
        } catch (IOException e) {
            throw failure("cannot read " + what, e);
        }
    }

    /** Opens a file on any file system for reading. */
    public static FSDataInputStream open(Configuration hadoop, Path file) {
        return open(of(hadoop, file), file);
    }

    /**
     * The exception for a failure of a store: {@link UserError} for a refusal, {@link UncheckedIOException} for an outage.
     *
     * @param what the attempt, for the message: "cannot list DIR"
     */
    public static RuntimeException failure(String what, IOException e) {
        if (!isMistake(e)) {
            return new UncheckedIOException(Secrets.withoutUserInfo(what), e);
        }
        var message = String.valueOf(e.getMessage());
        var told = REFUSED.matcher(message);
        if (told.find()) {
            return new UserError(what + ": " + told.group().toLowerCase(Locale.ROOT), e);
        }
        boolean missing = e instanceof FileNotFoundException || e instanceof NoSuchFileException;
        return new UserError(what + ": " + (missing ? "no such file" : message), e);
    }

    /** Whether the store works but refuses the request, which the user can fix. */
    public static boolean isMistake(IOException e) {
        var message = String.valueOf(e.getMessage());
        return REFUSED.matcher(message).find()
                || MISTAKES.stream().anyMatch(type -> type.isInstance(e))
                        && !EXHAUSTED.matcher(message).find();
    }

    /** The outage among the causes of a failure, null if there is none. For readers on top of libraries that wrap exceptions. */
    public static UncheckedIOException outage(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UncheckedIOException outage) {
                return outage;
            }
        }
        return null;
    }

    private static final class Input extends InputStream implements Seekable, PositionedReadable {
        private final FSDataInputStream in;
        private final String what;

        Input(FSDataInputStream in, String what) {
            this.in = in;
            this.what = what;
        }

        private interface Call<T> {
            T run() throws IOException;
        }

        private <T> T call(Call<T> call) throws IOException {
            try {
                return call.run();
            } catch (EOFException | ChecksumException e) {
                throw e; // truncated or damaged content, not an outage
            } catch (IOException e) {
                throw failure("cannot read " + what, e);
            }
        }

        @Override
        public int read() throws IOException {
            return call(in::read);
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            return call(() -> in.read(to, from, length));
        }

        @Override
        public long skip(long count) throws IOException {
            return call(() -> in.skip(count));
        }

        /** Always 1. File systems return different values here, and {@code GZIPInputStream} takes 0 between two members for the end. */
        @Override
        public int available() {
            return 1;
        }

        @Override
        public void seek(long position) throws IOException {
            call(() -> {
                in.seek(position);
                return null;
            });
        }

        @Override
        public long getPos() throws IOException {
            return call(in::getPos);
        }

        @Override
        public boolean seekToNewSource(long position) throws IOException {
            return call(() -> in.seekToNewSource(position));
        }

        @Override
        public int read(long position, byte[] to, int from, int length) throws IOException {
            return call(() -> in.read(position, to, from, length));
        }

        @Override
        public void readFully(long position, byte[] to, int from, int length) throws IOException {
            call(() -> {
                in.readFully(position, to, from, length);
                return null;
            });
        }

        @Override
        public void readFully(long position, byte[] to) throws IOException {
            readFully(position, to, 0, to.length);
        }

        @Override
        public void close() throws IOException {
            call(() -> {
                in.close();
                return null;
            });
        }
    }
}
