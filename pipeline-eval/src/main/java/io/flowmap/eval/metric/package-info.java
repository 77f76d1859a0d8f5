/**
 * Sample quality from features: mergeable moments and the Frechet distance, nearest neighbours with precision and
 * recall. Plain arrays and LAPACK, no Spark: a statistic is a value that merges, and a job only carries it about.
 */
package io.flowmap.eval.metric;
