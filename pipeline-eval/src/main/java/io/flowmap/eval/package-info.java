/** The jobs evaluate and report, and what of them runs on Spark: features of images, distances between sets of features. */
package io.flowmap.eval;
