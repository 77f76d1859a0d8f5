package io.flowmap.data;

import io.flowmap.data.text.TextStore;
import java.util.Map;
import java.util.TreeMap;

/** The conditions of texts, each stored once for all records that have it. Several threads may use it. */
final class Texts {
    private final TextStore store;
    private final Map<String, DataFacts.ArrayFacts> arrays;
    private Map<String, float[]> nulls;

    /** @param arrays conditions of the records; those that the store lacks are ignored */
    Texts(TextStore store, Map<String, DataFacts.ArrayFacts> arrays) {
        this.store = store;
        this.arrays = new TreeMap<>(arrays);
        this.arrays.keySet().removeIf(name -> !store.facts().columns().containsKey(LatentSchema.condition(name)));
    }

    /** Whether only the texts themselves are stored. */
    boolean needsCaptions() {
        return !store.facts().isStored();
    }

    /** Writes the conditions of a text into a record. Names that the record lacks are skipped. */
    void write(String key, String text, Conditions to, int record) {
        var row = store.row(key, text);
        arrays.forEach((name, array) -> {
            var values = to.arrays().get(name);
            if (values != null) {
                int size = values.length / to.count();
                array.dtype()
                        .decode(store.facts().column(row, LatentSchema.condition(name)), values, record * size, size);
            }
        });
    }

    /** The conditions of the empty text, by name. */
    synchronized Map<String, float[]> nulls() {
        if (nulls == null) {
            var row = store.row(store.facts().key(null), null);
            var values = new TreeMap<String, float[]>();
            arrays.forEach((name, array) ->
                    values.put(name, array.dtype().decode(store.facts().column(row, LatentSchema.condition(name)))));
            nulls = values;
        }
        return nulls;
    }
}
