/** Precision and recall, density and coverage, by nearest neighbours. */
package io.flowmap.eval.neighbour;
