/** Layers of networks as SameDiff graphs, their parameters and initial values. */
package io.flowmap.nn;
