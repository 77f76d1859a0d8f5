/** Averaging of vectors across the cluster, block by block in a fixed order. */
package io.flowmap.distill.train.average;
