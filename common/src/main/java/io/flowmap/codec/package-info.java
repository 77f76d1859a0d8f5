/** Frozen autoencoders between images and the latents that models are trained on. */
package io.flowmap.codec;
