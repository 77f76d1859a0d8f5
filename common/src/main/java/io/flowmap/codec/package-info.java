/** Frozen autoencoders between images and the latents that a model draws in. */
package io.flowmap.codec;
