package io.flowmap.ingest.source;

import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** A tar that knows whether it ended with its end marker, and takes no long name for as long as it says. */
final class TarMembers extends TarArchiveInputStream {
    private static final int LONGEST_NAME = 1 << 16;

    private boolean ended;

    TarMembers(InputStream in) {
        super(in, TarConstants.DEFAULT_BLKSIZE, TarConstants.DEFAULT_RCDSIZE, "UTF-8", true);
    }

    /** Whether the end marker, a record of zeros, was read: without it the rest of the archive is missing. */
    boolean ended() {
        return ended;
    }

    @Override
    protected boolean isEOFRecord(byte[] record) {
        boolean end = super.isEOFRecord(record);
        ended |= end && record != null;
        return end;
    }

    @Override
    protected byte[] getLongNameData() throws IOException {
        if (getCurrentEntry().getSize() > LONGEST_NAME) {
            throw new IOException("name of " + getCurrentEntry().getSize() + " bytes");
        }
        return super.getLongNameData();
    }
}
