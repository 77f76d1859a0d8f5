package io.flowmap.tensor;

import java.io.Serializable;

/**
 * A statistic of a part of a set: an immutable value whose size does not depend on the size of the part. Parts are summarised where they
 * are stored, then merged to the statistic of the whole set. Floating-point sums depend on the order: merging the same parts in the same
 * order gives the same bits.
 *
 * @param <S> the type itself
 */
public interface Mergeable<S extends Mergeable<S>> extends Serializable {
    /** Merges two parts. Throws {@link IllegalArgumentException} if their elements are of different kinds. */
    S merge(S other);

    /** Merges all parts in their order. Throws {@link IllegalArgumentException} if there are none. */
    static <S extends Mergeable<S>> S merged(Iterable<S> parts) {
        S all = null;
        for (var part : parts) {
            all = all == null ? part : all.merge(part);
        }
        if (all == null) {
            throw new IllegalArgumentException("cannot merge parts: expected one or more, got none");
        }
        return all;
    }

    /**
     * A statistic to which elements can also be added one by one.
     *
     * @param <E> an element, or a block of them
     */
    interface Statistic<E, S extends Statistic<E, S>> extends Mergeable<S> {
        /** The statistic with one more element. */
        S add(E element);
    }
}
