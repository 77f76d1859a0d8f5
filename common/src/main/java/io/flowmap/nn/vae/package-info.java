/** The autoencoder of FLUX.1's latents. */
package io.flowmap.nn.vae;
