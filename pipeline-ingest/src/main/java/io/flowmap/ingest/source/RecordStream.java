package io.flowmap.ingest.source;

import java.io.Closeable;
import java.io.IOException;

/** Records one after the other. The order depends on the source alone. */
public interface RecordStream extends Closeable {
    /** The next record, null at the end. Throws only if the file system fails; damaged data gives a refused record. */
    InputRecord next() throws IOException;
}
