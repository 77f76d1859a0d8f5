package io.flowmap.ingest.archive;

import io.flowmap.file.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A file on any Hadoop file system as a read-only channel. */
final class HadoopChannel implements SeekableByteChannel {
    private static final int CHUNK = 1 << 16;

    private final FSDataInputStream in;
    private final long size;
    private final byte[] chunk = new byte[CHUNK];
    private long position;
    private boolean open = true;

    HadoopChannel(FileSystem fileSystem, Path file) throws IOException {
        this.size = fileSystem.getFileStatus(file).getLen();
        this.in = Store.open(fileSystem, file);
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        if (position >= size) {
            return -1;
        }
        if (in.getPos() != position) {
            in.seek(position);
        }
        int count = in.read(chunk, 0, Math.min(to.remaining(), CHUNK));
        if (count > 0) {
            to.put(chunk, 0, count);
            position += count;
        }
        return count;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public SeekableByteChannel position(long wanted) {
        position = wanted;
        return this;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() throws IOException {
        open = false;
        in.close();
    }

    @Override
    public int write(ByteBuffer from) {
        throw new UnsupportedOperationException("this channel is read-only");
    }

    @Override
    public SeekableByteChannel truncate(long wanted) {
        throw new UnsupportedOperationException("this channel is read-only");
    }
}
