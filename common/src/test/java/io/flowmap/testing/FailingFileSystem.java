package io.flowmap.testing;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PositionedReadable;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.Seekable;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * Local files under {@code failing:/...} whose accesses can be made to fail as those of a store do: when a file is opened, in its middle,
 * or when it is closed. Hadoop finds it by its scheme. It records every access, so that a test can fail each of them in turn.
 */
public final class FailingFileSystem extends LocalFileSystem {
    public static final String SCHEME = "failing";
    /** Message of the failures. */
    public static final String MESSAGE = "the store does not answer";

    private static final Set<Event> SEEN = new ConcurrentSkipListSet<>();
    private static volatile Event planned;
    private static volatile boolean failed;

    public FailingFileSystem() {
        super(new Raw());
    }

    /** Accesses that may fail. */
    public enum Op {
        OPEN,
        READ,
        CLOSE_READ,
        CREATE,
        WRITE,
        CLOSE_WRITE,
        LIST,
        STATUS,
        RENAME
    }

    /**
     * One kind of access.
     *
     * @param kind kind of the files: their names without digits
     */
    public record Event(Op op, String kind) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return toString().compareTo(other.toString());
        }
    }

    /** Makes every access of a kind fail from now on; null makes all succeed. Clears the record. */
    public static void plan(Event event) {
        SEEN.clear();
        failed = false;
        planned = event;
    }

    /** Accesses since the last plan. */
    public static Set<Event> seen() {
        return Set.copyOf(SEEN);
    }

    /** Whether the planned failure has happened. */
    public static boolean failed() {
        return failed;
    }

    /** Kind of a file: its name without digits and hexadecimal ids, so that the files of a job fall into few kinds. */
    public static String kind(Path file) {
        return file.getName().replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "ID").replaceAll("\\d+", "N");
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    private static void reach(Op op, Path file) throws IOException {
        var event = new Event(op, kind(file));
        SEEN.add(event);
        if (event.equals(planned)) {
            failed = true;
            throw new IOException(MESSAGE);
        }
    }

    private static final class Raw extends RawLocalFileSystem {
        @Override
        public URI getUri() {
            return URI.create(SCHEME + ":///");
        }

        @Override
        public FSDataInputStream open(Path file, int bufferSize) throws IOException {
            reach(Op.OPEN, file);
            return new FSDataInputStream(new Input(
                    super.open(file, bufferSize), file, getFileStatus(file).getLen() / 2));
        }

        @Override
        public FSDataOutputStream create(
                Path file, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
                throws IOException {
            reach(Op.CREATE, file);
            return failing(super.create(file, overwrite, bufferSize, replication, blockSize, progress), file);
        }

        @Override
        public FSDataOutputStream create(
                Path file,
                FsPermission permission,
                boolean overwrite,
                int bufferSize,
                short replication,
                long blockSize,
                Progressable progress)
                throws IOException {
            reach(Op.CREATE, file);
            return failing(
                    super.create(file, permission, overwrite, bufferSize, replication, blockSize, progress), file);
        }

        private static FSDataOutputStream failing(FSDataOutputStream out, Path file) throws IOException {
            return new FSDataOutputStream(new Output(out, file), null);
        }

        @Override
        public FileStatus[] listStatus(Path dir) throws IOException {
            reach(Op.LIST, dir);
            return super.listStatus(dir);
        }

        @Override
        public FileStatus getFileStatus(Path file) throws IOException {
            reach(Op.STATUS, file);
            return super.getFileStatus(file);
        }

        @Override
        public boolean rename(Path from, Path to) throws IOException {
            reach(Op.RENAME, to);
            return super.rename(from, to);
        }
    }

    /** Fails after half of the file has been read. */
    private static final class Input extends InputStream implements Seekable, PositionedReadable {
        private final FSDataInputStream in;
        private final Path file;
        private final long middle;

        Input(FSDataInputStream in, Path file, long middle) {
            this.in = in;
            this.file = file;
            this.middle = middle;
        }

        private int checked(int count, long position) throws IOException {
            if (position >= middle) {
                reach(Op.READ, file);
            }
            return count;
        }

        @Override
        public int read() throws IOException {
            int value = in.read();
            return checked(value, in.getPos());
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            int count = in.read(to, from, length);
            return checked(count, in.getPos());
        }

        @Override
        public int read(long position, byte[] to, int from, int length) throws IOException {
            int count = in.read(position, to, from, length);
            return checked(count, position + count);
        }

        @Override
        public void readFully(long position, byte[] to, int from, int length) throws IOException {
            in.readFully(position, to, from, length);
            checked(length, position + length);
        }

        @Override
        public void readFully(long position, byte[] to) throws IOException {
            readFully(position, to, 0, to.length);
        }

        @Override
        public void seek(long position) throws IOException {
            in.seek(position);
        }

        @Override
        public long getPos() throws IOException {
            return in.getPos();
        }

        @Override
        public boolean seekToNewSource(long position) {
            return false;
        }

        @Override
        public int available() throws IOException {
            return in.available();
        }

        @Override
        public void close() throws IOException {
            in.close();
            reach(Op.CLOSE_READ, file);
        }
    }

    /** Data written before a failure remains, as on a disk. */
    private static final class Output extends FilterOutputStream {
        private final Path file;

        Output(OutputStream out, Path file) {
            super(out);
            this.file = file;
        }

        @Override
        public void write(int value) throws IOException {
            reach(Op.WRITE, file);
            out.write(value);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length / 2);
            reach(Op.WRITE, file);
            out.write(bytes, from + length / 2, length - length / 2);
        }

        @Override
        public void close() throws IOException {
            super.close();
            reach(Op.CLOSE_WRITE, file);
        }
    }
}
