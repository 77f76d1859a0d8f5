package io.flowmap.app;

import io.flowmap.testing.ObsFileSystem;
import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;

/** Local folders under {@code obs:}, accessible only with the right key and a setting of the user's spark-defaults.conf. */
public final class GuardedFileSystem extends ObsFileSystem {
    static final String KEY = "fs.azure.account.key.x.blob.core.windows.net";
    static final String SECRET = "kDfW9+not/to/be/told==";
    static final String DEFAULT = "obs.setting.of.defaults";

    @Override
    public void initialize(URI uri, Configuration conf) throws IOException {
        if (!SECRET.equals(conf.get(KEY)) || !"here".equals(conf.get(DEFAULT))) {
            throw new IOException("expected the key of the store and the user's default, got one missing");
        }
        super.initialize(uri, conf);
    }
}
