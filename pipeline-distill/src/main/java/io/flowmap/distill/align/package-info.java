/** Alignment of a time embedding: c_noise = t in place of EDM2's c_noise = ln(sigma)/4, all else of the network frozen. */
package io.flowmap.distill.align;
