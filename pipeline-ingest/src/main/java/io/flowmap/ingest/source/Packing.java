package io.flowmap.ingest.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;

/** How a tar may be compressed, told by its first bytes whatever its name, as by Python's tarfile. */
enum Packing {
    GZIP("\u001f\u008b\b"),
    /** A block or, without any, the end of the stream. */
    BZIP2("BZh[1-9](1AY&SY|\u0017rE8P\u0090)"),
    XZ("\u00fd7zXZ\0"),
    /** A frame, or one to skip before it. */
    ZSTD("(\\(\u00b5/\u00fd|[P-_]\\*M\u0018)");

    private static final int HEAD = 10;
    private static final int BUFFER = 1 << 16;
    private static final int MOST_XZ_KIB = 1 << 18;

    private final Pattern beginning;

    Packing(String beginning) {
        this.beginning = Pattern.compile(beginning, Pattern.DOTALL);
    }

    /** That of a stream, whose mark is used. */
    static Optional<Packing> of(InputStream in) throws IOException {
        in.mark(HEAD);
        byte[] head = in.readNBytes(HEAD);
        in.reset();
        return of(head);
    }

    static Optional<Packing> of(byte[] head) {
        var text = new String(head, StandardCharsets.ISO_8859_1);
        return Arrays.stream(values())
                .filter(packing -> packing.beginning.matcher(text).lookingAt())
                .findFirst();
    }

    /** What a stream holds, all parts if there are several after each other. */
    InputStream decoder(InputStream in) throws IOException {
        return switch (this) {
            case GZIP -> new GZIPInputStream(in, BUFFER);
            case BZIP2 -> new BZip2CompressorInputStream(in, true);
            case XZ -> new XZCompressorInputStream(in, true, MOST_XZ_KIB);
            case ZSTD -> new ZstdCompressorInputStream(in);
        };
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
