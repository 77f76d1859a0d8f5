/** Latents and samples in Parquet: schemas, blocks, encoders between pixels and latents. */
package io.flowmap.data;
