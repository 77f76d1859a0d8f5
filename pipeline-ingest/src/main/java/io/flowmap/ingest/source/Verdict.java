package io.flowmap.ingest.source;

import java.util.Locale;

/**
 * Verdict on an input record: kept in the output; filtered out, for example because it is not an image; or quarantined because something is
 * wrong with it.
 */
public enum Verdict {
    KEPT,
    FILTERED,
    QUARANTINED;

    /** Name in the ledger, lower case. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
