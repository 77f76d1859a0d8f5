package io.flowmap.ingest.source;

import io.flowmap.job.Store;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A whole tar shard, streamed; gzip by the name's ending. */
record ShardPortion(String source) implements Portion {
    private static final int BUFFER = 1 << 16;

    @Override
    public RecordStream open(Configuration hadoop, Reading reading) throws IOException {
        var path = new Path(source);
        InputStream in = new BufferedInputStream(Store.open(hadoop, path), BUFFER);
        return new ShardStream(source, new TarMembers(compressed() ? inflated(in) : in), reading);
    }

    private boolean compressed() {
        return Sources.isCompressedTar(source.toLowerCase(Locale.ROOT));
    }

    private static InputStream inflated(InputStream in) {
        try {
            return new BufferedInputStream(new GzipCompressorInputStream(in, true), BUFFER);
        } catch (IOException e) {
            // not even a gzip header: the tar reader finds an archive without an end, which is what the ledger shall
            // say
            return InputStream.nullInputStream();
        }
    }
}
