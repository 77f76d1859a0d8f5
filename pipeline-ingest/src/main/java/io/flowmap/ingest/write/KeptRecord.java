package io.flowmap.ingest.write;

import java.io.Serializable;

/**
 * A kept record on its way to the output.
 *
 * @param caption null if there is none
 * @param content as staged
 */
record KeptRecord(int label, String caption, byte[] content) implements Serializable {}
