package io.flowmap.data.text;

import java.util.ServiceLoader;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Encodes texts that are not stored. The implementation is found by {@link ServiceLoader}, since encoders are built on the data and not the
 * other way round.
 */
public interface TextRows {
    /**
     * The row of a text. Several threads may call it.
     *
     * @param dataDir directory of the ingest output, whose manifest names tokenizers and encoders
     * @param id of the data's texts
     * @throws io.flowmap.config.UserError if a tokenizer or an encoder is no longer the same
     */
    byte[] row(Configuration hadoop, Path dataDir, String id, String text);
}
