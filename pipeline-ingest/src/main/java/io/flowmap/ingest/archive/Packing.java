package io.flowmap.ingest.archive;

import io.flowmap.config.UserError;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;

/** Compression formats of a tar, detected by the first bytes and not by the name, as in Python's tarfile. */
public enum Packing {
    GZIP("\u001f\u008b\b"),
    /** The start of a block or, in an empty stream, the end marker. */
    BZIP2("BZh[1-9](1AY&SY|\u0017rE8P\u0090)"),
    XZ("\u00fd7zXZ\0"),
    /** The start of a frame or of a skippable frame. */
    ZSTD("(\\(\u00b5/\u00fd|[P-_]\\*M\u0018)");

    private static final int HEAD = 10;
    private static final int BUFFER = 1 << 16;
    private static final int MOST_XZ_KIB = 1 << 18;

    private final Pattern beginning;

    Packing(String beginning) {
        this.beginning = Pattern.compile(beginning, Pattern.DOTALL);
    }

    /** Detects the compression of a stream, which must support marks. */
    public static Optional<Packing> of(InputStream in) throws IOException {
        in.mark(HEAD);
        byte[] head = in.readNBytes(HEAD);
        in.reset();
        return of(head);
    }

    public static Optional<Packing> of(byte[] head) {
        var text = new String(head, StandardCharsets.ISO_8859_1);
        return Arrays.stream(values())
                .filter(packing -> packing.beginning.matcher(text).lookingAt())
                .findFirst();
    }

    /** Decompresses a stream. If it has several parts one after the other, all are decompressed. */
    public InputStream unpacked(InputStream packed) {
        return new Unpacked(this, packed);
    }

    private InputStream decoder(InputStream packed) throws IOException {
        return switch (this) {
            case GZIP -> new GZIPInputStream(packed, BUFFER);
            case BZIP2 -> new BZip2CompressorInputStream(packed, true);
            case XZ -> new XZCompressorInputStream(packed, true, MOST_XZ_KIB);
            case ZSTD -> new ZstdCompressorInputStream(packed);
        };
    }

    /**
     * Reports damage as an {@link IOException}, also if a decoder fails with another exception. It does not read ahead of the caller: a
     * failing decoder loses the data of the current call, so a tar that is read record by record and file by file still yields everything
     * before the damage.
     */
    private static final class Unpacked extends InputStream {
        private final String packing;
        private final Packing kind;
        private final InputStream packed;
        private InputStream decoder;

        Unpacked(Packing kind, InputStream packed) {
            this.packing = kind.name().toLowerCase(Locale.ROOT);
            this.kind = kind;
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
                    decoder = kind.decoder(packed);
                }
                return decoder.read(to, from, length);
            } catch (UncheckedIOException | UserError e) {
                // a failure of the file system, not damage of the data
                throw e;
            } catch (EOFException e) {
                throw new IOException("cut " + packing + ": it ends early", e);
            } catch (IOException | RuntimeException e) {
                throw new IOException("damaged " + packing + ": " + e.getMessage(), e);
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
}
