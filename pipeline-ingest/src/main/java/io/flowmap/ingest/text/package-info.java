/** Captions as tokens and embeddings, by frozen tokenizers and text encoders. No Spark here. */
package io.flowmap.ingest.text;
