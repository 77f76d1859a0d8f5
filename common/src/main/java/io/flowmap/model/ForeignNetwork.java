package io.flowmap.model;

import java.util.List;

/** A network in a file of another project. */
public interface ForeignNetwork {
    /** Where it was read from, for messages. */
    String file();

    /** The network as a velocity field. */
    NetworkSpec spec();

    /** Names of the file's arrays that are not of the field. */
    List<String> leftOut();

    /**
     * The arrays in the network's order, each read when its turn comes. Throws {@link io.flowmap.config.UserError} at a number that is not
     * finite.
     *
     * @param halfGains whether gains are rounded such that the network uses them as the original float16 module does
     */
    Iterable<float[]> arrays(boolean halfGains);
}
