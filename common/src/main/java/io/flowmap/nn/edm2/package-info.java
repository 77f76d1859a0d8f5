/** EDM2's magnitude-preserving UNet (Karras et al. 2024) and its published snapshots. */
package io.flowmap.nn.edm2;
