/**
 * Measures of sample quality: Inception Score and bootstrap intervals. They use plain arrays without Spark: a statistic is a value that
 * merges, and jobs distribute it.
 */
package io.flowmap.eval.metric;
