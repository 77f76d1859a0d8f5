package io.flowmap.checkpoint.flux;

import java.util.List;

/**
 * A linear layer of FLUX's transformer, or the scales of a norm, under both names. BFL keeps in one layer what diffusers keeps in several,
 * which hold its rows one after the other.
 *
 * @param name BFL's name
 * @param parts diffusers' layers, in the order of the rows
 * @param in number of inputs of a linear layer; 0 for a norm
 * @param swapped whether diffusers stores the second half of the rows before the first
 */
record FluxModule(String name, List<Part> parts, long in, boolean swapped) {
    /**
     * A layer of diffusers.
     *
     * @param name diffusers' name
     * @param from its first row in BFL's layer
     * @param rows number of its rows
     */
    record Part(String name, long from, long rows) {}

    long rows() {
        var last = parts.get(parts.size() - 1);
        return last.from() + last.rows();
    }

    boolean isNorm() {
        return in == 0;
    }

    /** Whether files of control networks may widen it: the layer that the channels of the images enter. */
    boolean widens() {
        return name.equals("img_in");
    }
}
