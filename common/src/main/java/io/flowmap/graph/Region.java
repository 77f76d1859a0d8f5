package io.flowmap.graph;

/**
 * Part of a graph for which a block of a network stands: its ops and their tangents, or ({@code reverse}) the cotangents of these. What the
 * first computes and only the second reads can be computed again there, so that no one has to keep it.
 *
 * @param block number of the block in its graph
 */
public record Region(int block, boolean reverse) {}
