package io.flowmap.data.text;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Rows of texts by key, read or encoded, through the cache of the JVM. Keeps the keys of the last files. Several threads may use it. */
public final class TextStore {
    private static final int MOST_FILES = 64;

    private final Configuration hadoop;
    private final Path dataDir;
    private final TextFacts facts;
    private final Map<Integer, TextFile> open = new LinkedHashMap<>(16, 0.75f, true);

    /** @param dataDir directory of the ingest output */
    public TextStore(Configuration hadoop, Path dataDir, TextFacts facts) {
        this.hadoop = hadoop;
        this.dataDir = dataDir;
        this.facts = facts;
    }

    public TextFacts facts() {
        return facts;
    }

    /**
     * The row of a key. Throws {@link io.flowmap.config.UserError} naming the file if it lacks the key, or is damaged.
     *
     * @param text the text, which is encoded if texts are not stored
     */
    public byte[] row(String key, String text) {
        return TextCache.ofThisJvm().get(key, () -> missing(key, text));
    }

    private byte[] missing(String key, String text) {
        return facts.isStored()
                ? file(key).row(hadoop, key)
                : TextCache.ofThisJvm().encoders().row(hadoop, dataDir, facts.id(), text);
    }

    private synchronized TextFile file(String key) {
        int number = TextFacts.file(key, facts.files().size());
        var file = open.get(number);
        if (file == null) {
            file = TextFile.open(
                    hadoop, TextFile.path(dataDir, number), facts, facts.files().get(number));
            open.put(number, file);
            if (open.size() > MOST_FILES) {
                var oldest = open.values().iterator();
                oldest.next();
                oldest.remove();
            }
        }
        return file;
    }
}
