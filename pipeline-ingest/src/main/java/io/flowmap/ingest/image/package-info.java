/** Decoding and framing of single images, with the same pixels as Pillow and EDM2's {@code dataset_tool}. Does not use Spark. */
package io.flowmap.ingest.image;
