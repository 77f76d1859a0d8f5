package io.flowmap.distill.train.memory;

import io.flowmap.config.UserError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a training will hold, by name and place.
 *
 * @param limits most bytes in each place; places without a limit are missing
 */
public record MemoryPlan(List<Item> items, Map<Place, Long> limits) {
    private static final double GIGABYTE = 1e9;

    /** Where memory is. In local mode the driver has it all. */
    public enum Place {
        DRIVER_HEAP("driver-heap", "a larger spark.driver-memory, or fewer training.ema-stds"),
        DRIVER_NATIVE("driver-native", Place.NATIVE),
        EXECUTOR_HEAP("executor-heap", "a larger spark.executor-memory"),
        EXECUTOR_NATIVE("executor-native", Place.NATIVE),
        /** Pages of files, which the operating system may drop. */
        MAPPED("mapped-files", "");

        private static final String NATIVE =
                "a larger spark.native-memory, training.activation-checkpointing=true, a smaller training.batch-per-worker"
                        + " or, with buckets, a smaller training.programs.most";

        private final String text;
        private final String remedy;

        Place(String text, String remedy) {
            this.text = text;
            this.remedy = remedy;
        }
    }

    /** Memory of one kind. */
    public record Item(String name, Place place, long bytes) {}

    public MemoryPlan {
        items = items.stream().filter(item -> item.bytes() > 0).toList();
    }

    /** Bytes in a place. */
    public long bytes(Place place) {
        return items.stream()
                .filter(item -> item.place() == place)
                .mapToLong(Item::bytes)
                .sum();
    }

    /** What a place will hold, such as "1.2 of 4.0 GB: gradient 0.6, activations 0.6". */
    public record Holding(double gigabytes, String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    /** What each place that is used will hold, by its name. */
    public Map<String, Holding> holdings() {
        var holdings = new LinkedHashMap<String, Holding>();
        for (var place : Place.values()) {
            if (bytes(place) > 0) {
                var limit = limits.containsKey(place) ? " of " + gigabytes(limits.get(place)) : "";
                var text = gigabytes(bytes(place)) + limit + " GB: " + names(place);
                holdings.put(place.text, new Holding(bytes(place) / GIGABYTE, text));
            }
        }
        return holdings;
    }

    private String names(Place place) {
        return items.stream()
                .filter(item -> item.place() == place)
                .map(item -> item.name() + " " + gigabytes(item.bytes()))
                .collect(Collectors.joining(", "));
    }

    /** Throws {@link UserError} if a place would hold more than its limit, with what to do. */
    public void requireFits() {
        for (var place : limits.keySet()) {
            if (bytes(place) > limits.get(place)) {
                throw new UserError("cannot train: " + place.text + " would hold " + gigabytes(bytes(place)) + " GB ("
                        + names(place) + "), more than its " + gigabytes(limits.get(place)) + " GB: set "
                        + place.remedy);
            }
        }
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, bytes < GIGABYTE / 10 ? "%.3f" : "%.2f", bytes / GIGABYTE);
    }
}
