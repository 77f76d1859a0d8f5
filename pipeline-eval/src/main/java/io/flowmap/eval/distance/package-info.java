/** Distances between sets of features: Frechet and kernel distance, mergeable moments, linear algebra. */
package io.flowmap.eval.distance;
