package io.flowmap.ingest.write;

import java.io.Serializable;

/** A record's place in the random order. */
record ShuffleKey(long order, long position) implements Comparable<ShuffleKey>, Serializable {
    @Override
    public int compareTo(ShuffleKey other) {
        int byOrder = Long.compare(order, other.order);
        return byOrder != 0 ? byOrder : Long.compare(position, other.position);
    }
}
