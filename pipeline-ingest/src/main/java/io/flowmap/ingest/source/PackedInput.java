package io.flowmap.ingest.source;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * What a compressed stream holds. Damage is an {@link IOException} in words, also where a decoder fails by another
 * exception. Nothing is read ahead of what is asked for, since a decoder that fails takes with it what it had for the
 * call: of a tar, read record by record and file by file, all that was decoded before the damage is had.
 */
final class PackedInput extends InputStream {
    private final Packing packing;
    private final InputStream packed;
    private InputStream decoder;

    PackedInput(Packing packing, InputStream packed) {
        this.packing = packing;
        this.packed = packed;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
        try {
            if (decoder == null) {
                decoder = packing.decoder(packed);
            }
            return decoder.read(to, from, length);
        } catch (UncheckedIOException e) {
            // the file system failed, not the data
            throw e;
        } catch (EOFException e) {
            throw new IOException("cut " + packing.text() + ": it ends early", e);
        } catch (IOException | RuntimeException e) {
            throw new IOException("damaged " + packing.text() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        if (decoder != null) {
            decoder.close();
        }
        packed.close();
    }
}
