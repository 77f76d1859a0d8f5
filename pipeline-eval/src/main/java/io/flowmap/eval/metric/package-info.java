/**
 * Sample quality from features: mergeable moments and the Frechet distance, exact nearest neighbours with precision, recall, density and
 * coverage, kernel distance, Inception Score, bootstrap intervals. Plain arrays and LAPACK, no Spark: a statistic is a value that merges,
 * and a job only carries it about.
 */
package io.flowmap.eval.metric;
