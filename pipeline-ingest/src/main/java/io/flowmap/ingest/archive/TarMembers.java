package io.flowmap.ingest.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.apache.commons.compress.utils.ArchiveUtils;

/**
 * A tar reader that checks the checksum of every header before it uses it, knows whether it has reached the end marker, and limits the
 * length of names. Damage is an {@link IOException} with a description.
 */
public final class TarMembers extends TarArchiveInputStream {
    private static final int RECORD = TarConstants.DEFAULT_RCDSIZE;
    private static final int SIZE_AT =
            TarConstants.NAMELEN + TarConstants.MODELEN + TarConstants.UIDLEN + TarConstants.GIDLEN;
    private static final int TYPE_AT = TarConstants.LF_OFFSET;
    private static final int LONGEST_QUOTE = 24;
    /** Types of headers that describe the following member: long names and PAX records. */
    private static final String DESCRIPTIONS = "KLXgx";

    private static final int LONGEST_DESCRIPTION = 1 << 20;
    private static final int MOST_DESCRIPTIONS = 100;

    private final InputStream in;
    private final boolean packed;
    private boolean headerNext;
    private long header;
    private int descriptions;
    private boolean ended;

    /** @param packed whether the stream has checksums of its own, so that reading beyond the end marker verifies it */
    public TarMembers(InputStream in, boolean packed) {
        super(in, TarConstants.DEFAULT_BLKSIZE, RECORD, StandardCharsets.UTF_8.name(), true);
        this.in = in;
        this.packed = packed;
    }

    /** Whether the end marker, a record of zeros, has been reached. Without it the rest of the archive is missing. */
    public boolean ended() {
        return ended;
    }

    /** Offset of the last header that was read. */
    public long headerOffset() {
        return header;
    }

    @Override
    public TarArchiveEntry getNextTarEntry() throws IOException {
        headerNext = true;
        try {
            var entry = super.getNextTarEntry();
            if (entry == null && packed) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return entry;
        } catch (IllegalArgumentException e) {
            throw new IOException("damaged tar: header at byte " + header + ": " + e.getMessage(), e);
        }
    }

    /** Reads a header. A record of zeros is the end marker; any other header is checked before it is used. */
    @Override
    protected byte[] readRecord() throws IOException {
        long at = getBytesRead();
        byte[] record = in.readNBytes(RECORD);
        count(record.length);
        if (!headerNext) {
            return record.length < RECORD ? null : record;
        }
        headerNext = false;
        header = at;
        if (record.length > 0 && ArchiveUtils.isArrayZero(record, record.length)) {
            ended = true;
            return new byte[RECORD];
        }
        requireSound(record);
        requireShort(record);
        return record;
    }

    private void requireSound(byte[] record) throws IOException {
        if (record.length == 0) {
            throw new IOException(
                    header == 0 ? "empty file" : "tar without its end marker: it was cut or never finished");
        }
        if (header == 0 && !isUstar(record) && !hasItsChecksum(record)) {
            throw new IOException("not a tar: it begins with " + quoted(record));
        }
        if (record.length < RECORD) {
            throw new IOException("tar cut in the header at byte " + header);
        }
        if (!hasItsChecksum(record)) {
            throw new IOException("damaged tar: wrong checksum of the header at byte " + header);
        }
    }

    /** Limits the size and number of description headers, which are kept in memory and read recursively. */
    private void requireShort(byte[] record) throws IOException {
        boolean describes = DESCRIPTIONS.indexOf(record[TYPE_AT]) >= 0;
        descriptions = describes ? descriptions + 1 : 0;
        long size = describes ? TarUtils.parseOctalOrBinary(record, SIZE_AT, TarConstants.SIZELEN) : 0;
        if (size > LONGEST_DESCRIPTION || descriptions > MOST_DESCRIPTIONS) {
            throw new IOException("damaged tar: header at byte " + header + " announces " + size
                    + " bytes of names and attributes, after " + (descriptions - 1) + " headers of the kind");
        }
    }

    private static boolean isUstar(byte[] record) {
        return record.length == RECORD
                && ArchiveUtils.matchAsciiBuffer("ustar", record, TarConstants.MAGIC_OFFSET, "ustar".length());
    }

    private static boolean hasItsChecksum(byte[] record) {
        try {
            return record.length == RECORD && TarUtils.verifyCheckSum(record);
        } catch (IllegalArgumentException e) {
            // not an octal number
            return false;
        }
    }

    /** The printable start of a file, for messages. */
    public static String quoted(byte[] head) {
        var text = new String(head, 0, Math.min(head.length, LONGEST_QUOTE), StandardCharsets.ISO_8859_1);
        return '"' + text.replaceAll("[^ -~]", ".") + '"';
    }
}
