/** Checkpoints, averages, guidance weights, sampler noise and steps beside each other: which choice is best at every number of steps. */
package io.flowmap.app.sweep;
