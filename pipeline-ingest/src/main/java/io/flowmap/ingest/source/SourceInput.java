package io.flowmap.ingest.source;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * A file whose failures to be read are unchecked, so that the archive reader above cannot take them for damage in the
 * data: Spark tries the task again.
 */
final class SourceInput extends FilterInputStream {
    SourceInput(InputStream in) {
        super(in);
    }

    @Override
    public int read() {
        try {
            return in.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int read(byte[] to, int from, int length) {
        try {
            return in.read(to, from, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long skip(long count) {
        try {
            return in.skip(count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Always a byte: file systems differ in what they answer, and {@code GZIPInputStream} stops at a 0 between two parts. */
    @Override
    public int available() {
        return 1;
    }
}
