package io.flowmap.ingest.write;

import java.io.Serializable;

/** Sort key of a record in the random order. */
record ShuffleKey(long order, long position) implements Comparable<ShuffleKey>, Serializable {
    @Override
    public int compareTo(ShuffleKey other) {
        int byOrder = Long.compare(order, other.order);
        return byOrder != 0 ? byOrder : Long.compare(position, other.position);
    }
}
