package io.flowmap.text;

import io.flowmap.config.UserError;
import io.flowmap.data.text.TextRows;
import io.flowmap.stage.StageInput;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Encodes the captions of data that do not store what encoders give. Keeps the encoders of the data that were asked for last. */
public final class EncodedTexts implements TextRows {
    private Path dataDir;
    private String id;
    private PromptEncoder encoder;

    @Override
    public synchronized byte[] row(Configuration hadoop, Path data, String wanted, String text) {
        if (!data.equals(dataDir) || !wanted.equals(id)) {
            open(hadoop, data, wanted);
        }
        return encoder.row(text);
    }

    private void open(Configuration hadoop, Path data, String wanted) {
        if (encoder != null) {
            encoder.close();
            encoder = null;
            dataDir = null;
        }
        var opened = PromptEncoder.open(hadoop, data);
        if (!wanted.equals(opened.id())) {
            opened.close();
            throw new UserError("cannot encode the captions of " + StageInput.withoutCredentials(data)
                    + ": expected texts with id " + wanted + ", got " + opened.id() + " (ingest the data again)");
        }
        encoder = opened;
        dataDir = data;
        id = wanted;
    }
}
