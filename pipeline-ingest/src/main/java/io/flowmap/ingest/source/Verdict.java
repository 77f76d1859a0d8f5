package io.flowmap.ingest.source;

import java.util.Locale;

/**
 * What became of an input record: written to the output; left out because it is no image; or left out because something
 * is wrong with it.
 */
public enum Verdict {
    KEPT,
    FILTERED,
    QUARANTINED;

    /** The name in the ledger, lower case. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
