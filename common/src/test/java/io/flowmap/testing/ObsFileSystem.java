package io.flowmap.testing;

import java.net.URI;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Local folders under {@code obs:}, which Flowmap treats as an object store: nothing is renamed. */
public class ObsFileSystem extends RawLocalFileSystem {
    @Override
    public URI getUri() {
        return URI.create("obs:///");
    }

    @Override
    public String getScheme() {
        return "obs";
    }
}
