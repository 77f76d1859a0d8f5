/**
 * Decoding and framing of one image, with the pixels that Pillow and EDM2's {@code dataset_tool} would give. No Spark
 * here.
 */
package io.flowmap.ingest.image;
