package io.flowmap.graph;

/**
 * Where an op belongs: to which block of a network, and to which pass over it. What the forward passes compute and only the reverse pass
 * reads can be computed again there, so that no one has to keep it.
 *
 * @param block number of the block in its graph; {@link #NONE} outside of blocks
 */
public record Region(int block, Pass pass) {
    /** No block. */
    public static final int NONE = 0;

    /** Ops outside of blocks. */
    public static final Region OUTSIDE = new Region(NONE, Pass.FORWARD);

    /** A pass over a network. */
    public enum Pass {
        /** Its values. */
        FORWARD,
        /** Their tangents. */
        TANGENT,
        /** Cotangents of either. */
        REVERSE
    }

    /** The region of a derivative of this region's ops. */
    Region derivative(Pass of) {
        return new Region(block, pass == Pass.REVERSE ? pass : of);
    }

    /** Whether ops of both regions belong to one block. */
    public boolean isOfBlock(Region other) {
        return block != NONE && block == other.block;
    }
}
