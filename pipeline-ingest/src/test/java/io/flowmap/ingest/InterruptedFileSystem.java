package io.flowmap.ingest;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** Local files that cannot be opened if a file {@code NAME.broken} lies next to them. Records which files were opened. */
public final class InterruptedFileSystem extends LocalFileSystem {
    static final Set<String> OPENED = ConcurrentHashMap.newKeySet();

    @Override
    public FSDataInputStream open(Path file, int bufferSize) throws IOException {
        if (exists(file.suffix(".broken"))) {
            throw new IOException("broken off as planned");
        }
        OPENED.add(file.getName());
        return super.open(file, bufferSize);
    }
}
