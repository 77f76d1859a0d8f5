/** Networks as SameDiff graphs: EDM2's magnitude-preserving UNet, a small MLP, and their primitives. */
package io.flowmap.nn;
