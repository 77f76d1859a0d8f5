package io.flowmap.ingest.source;

import io.flowmap.ingest.image.PixelImage;
import java.io.Serializable;

/** What a source found under a record's key. */
public sealed interface Content {
    /** The bytes of an image file, not yet decoded. */
    record Encoded(byte[] bytes) implements Content {}

    /** An image that was drawn here. */
    record Drawn(PixelImage image) implements Content {}

    /** Nothing to keep, with the reason for the ledger. */
    record Refused(Verdict verdict, String reason) implements Content, Serializable {
        static Refused filtered(String reason) {
            return new Refused(Verdict.FILTERED, reason);
        }

        static Refused quarantined(String reason) {
            return new Refused(Verdict.QUARANTINED, reason);
        }
    }
}
