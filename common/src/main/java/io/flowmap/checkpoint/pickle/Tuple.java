package io.flowmap.checkpoint.pickle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A tuple of a pickle; an item may be null, which is Python's None. */
public record Tuple(List<Object> items) {
    public Tuple {
        items = Collections.unmodifiableList(new ArrayList<>(items));
    }
}
