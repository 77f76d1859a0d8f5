/** Comparison of checkpoints, averages, guidance weights, sampler noise and steps: the best choice for every number of steps. */
package io.flowmap.app.sweep;
