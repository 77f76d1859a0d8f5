package io.flowmap.ingest.source;

import io.flowmap.file.Store;
import io.flowmap.ingest.archive.Packing;
import io.flowmap.ingest.archive.TarMembers;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A whole tar shard, read as a stream and decompressed if necessary. */
record ShardPortion(String source) implements Portion {
    private static final int BUFFER = 1 << 16;

    @Override
    public RecordStream open(Configuration hadoop, Reading reading) throws IOException {
        return stream(source, Store.open(hadoop, new Path(source)), reading);
    }

    static RecordStream stream(String source, InputStream file, Reading reading) throws IOException {
        var in = new BufferedInputStream(file, BUFFER);
        var packing = Packing.of(in);
        var tar = packing.isPresent() ? new TarMembers(packing.get().unpacked(in), true) : new TarMembers(in, false);
        return new ShardStream(source, tar, reading);
    }
}
