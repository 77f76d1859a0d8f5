/**
 * From images to latents: the job {@code ingest}, which reads, frames, encodes, shuffles once and accounts for every input record in a
 * ledger.
 */
package io.flowmap.ingest;
