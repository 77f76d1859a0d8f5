package io.flowmap.distill.train.memory;

import io.flowmap.config.UserError;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a training will hold, by name and place. */
public record MemoryPlan(List<Item> items) {
    private static final double GIGABYTE = 1e9;

    /** Where memory is. In local mode the driver has it all. */
    public enum Place {
        DRIVER_HEAP("driver-heap", "spark.driver-memory"),
        DRIVER_NATIVE("driver-native", "spark.native-memory"),
        EXECUTOR_HEAP("executor-heap", "spark.executor-memory"),
        EXECUTOR_NATIVE("executor-native", "spark.native-memory"),
        /** Pages of files, which the operating system may drop. */
        MAPPED("mapped-files", null);

        private final String text;
        private final String setting;

        Place(String text, String setting) {
            this.text = text;
            this.setting = setting;
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

    /** For each place that is used a line such as "1.2 of 4.0 GB: gradient 0.6, activations 0.6". */
    public Map<String, String> lines(Map<Place, Long> limits) {
        var lines = new LinkedHashMap<String, String>();
        for (var place : Place.values()) {
            if (bytes(place) > 0) {
                var limit = limits.containsKey(place) ? " of " + gigabytes(limits.get(place)) : "";
                lines.put(place.text, gigabytes(bytes(place)) + limit + " GB: " + names(place));
            }
        }
        return lines;
    }

    private String names(Place place) {
        return items.stream()
                .filter(item -> item.place() == place)
                .map(item -> item.name() + " " + gigabytes(item.bytes()))
                .collect(Collectors.joining(", "));
    }

    /** Throws {@link UserError} if a place would hold more than its limit, with what to do. */
    public void require(Map<Place, Long> limits) {
        Arrays.stream(Place.values())
                .filter(place -> limits.containsKey(place) && bytes(place) > limits.get(place))
                .findFirst()
                .ifPresent(place -> {
                    throw new UserError("cannot train: " + place.text + " would hold " + gigabytes(bytes(place))
                            + " GB (" + names(place) + "), more than its " + gigabytes(limits.get(place))
                            + " GB: set a larger " + place.setting
                            + (place == Place.DRIVER_NATIVE || place == Place.EXECUTOR_NATIVE
                                    ? ", training.activation-checkpointing=true or a smaller training.batch-per-worker"
                                    : ", or fewer training.ema-stds"));
                });
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, bytes < GIGABYTE / 10 ? "%.3f" : "%.2f", bytes / GIGABYTE);
    }
}
