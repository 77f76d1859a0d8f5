package io.flowmap.ingest.write;

import java.io.Serializable;

/**
 * A kept record, to be written to the output.
 *
 * @param caption caption, null if there is none
 * @param content content as staged
 */
record KeptRecord(int label, String caption, byte[] content) implements Serializable {}
