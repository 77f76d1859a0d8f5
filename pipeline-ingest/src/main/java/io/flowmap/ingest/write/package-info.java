/** Kept records as blocks of latents: shuffling, encoding, writing. */
package io.flowmap.ingest.write;
