/** Captions as tokens and embeddings, computed by frozen tokenizers and text encoders. Does not use Spark. */
package io.flowmap.text;
