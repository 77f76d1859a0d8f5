package io.flowmap.ingest.source;

import io.flowmap.ingest.image.PixelImage;
import java.io.Serializable;

/** Content that a source found under a record's key. */
public sealed interface Content {
    /** Bytes of an image file, not yet decoded. */
    record Encoded(byte[] bytes) implements Content {}

    /** An image of an embedded dataset, already drawn. */
    record Drawn(PixelImage image) implements Content {}

    /** No usable content, with the reason for the ledger. */
    record Refused(Verdict verdict, String reason) implements Content, Serializable {
        static Refused filtered(String reason) {
            return new Refused(Verdict.FILTERED, reason);
        }

        static Refused quarantined(String reason) {
            return new Refused(Verdict.QUARANTINED, reason);
        }
    }
}
