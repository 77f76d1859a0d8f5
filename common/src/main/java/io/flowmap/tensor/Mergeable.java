package io.flowmap.tensor;

import java.io.Serializable;

/**
 * What is known of a part of a set, as an immutable value that needs the same memory however large the part is: parts are summed wherever
 * they lie and merged into what is known of the set. Sums of floating-point numbers depend on the order: merge the same parts in the same
 * order for the same bits.
 *
 * @param <S> the type itself
 */
public interface Mergeable<S extends Mergeable<S>> extends Serializable {
    /** Of both parts together. Throws {@link IllegalArgumentException} where the two are not of one kind of elements. */
    S merge(S other);

    /** Of all parts, merged in their order. Throws {@link IllegalArgumentException} where there is none. */
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
     * One that also takes elements one by one.
     *
     * @param <E> an element, or a block of them
     */
    interface Statistic<E, S extends Statistic<E, S>> extends Mergeable<S> {
        /** With one more element. */
        S add(E element);
    }
}
