package io.flowmap.ingest.image;

/** Bytes that are no image of ours; the message is the reason for the ledger, short and without the record's name. */
public final class UnreadableImage extends Exception {
    private static final long serialVersionUID = 1;

    public UnreadableImage(String reason) {
        super(reason);
    }
}
