package io.flowmap.ingest.image;

/** A record that cannot be used. The message is the reason in the ledger: short and without the name of the record. */
public final class UnreadableRecord extends Exception {
    private static final long serialVersionUID = 1;

    public UnreadableRecord(String reason) {
        super(reason);
    }
}
