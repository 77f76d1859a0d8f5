package io.flowmap.model;

import java.util.List;

/** A network in a file of another project. */
public interface ForeignNetwork {
    /** File that it was read from, for messages. */
    String file();

    /** The network as a velocity field. */
    NetworkSpec spec();

    /** Names of the file's arrays that the field does not use. */
    List<String> leftOut();

    /**
     * The arrays in the network's order. Each is read when the iterator reaches it. Throws {@link io.flowmap.config.UserError} for a number
     * that is not finite.
     *
     * @param halfGains whether gains are rounded so that the network applies them as the original float16 module does
     */
    Iterable<float[]> arrays(boolean halfGains);
}
