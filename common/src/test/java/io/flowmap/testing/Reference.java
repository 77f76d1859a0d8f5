package io.flowmap.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder of reference values, set by the system property {@code flowmap.reference}. A test that finds no values is skipped. */
public final class Reference {
    private static final Logger LOG = LoggerFactory.getLogger(Reference.class);

    private Reference() {}

    /** A path in the folder. If it does not exist, the calling test is skipped with a message. */
    public static Path require(String first, String... more) {
        var path = root().resolve(Path.of(first, more));
        Assumptions.assumeTrue(Files.exists(path), () -> "no reference " + path + ": set -Dflowmap.reference");
        return path;
    }

    /** Direct sub-directories of the folder that a test understands, sorted. Skips the calling test if there are none. */
    public static List<Path> folders(Predicate<Path> understood) {
        return folders(root(), understood);
    }

    /** Direct sub-directories of a folder that a test understands, sorted. Skips the calling test if there are none. */
    public static List<Path> folders(Path parent, Predicate<Path> understood) {
        var found = understood(parent, understood);
        Assumptions.assumeFalse(found.isEmpty(), () -> "no such case in " + parent + ": set -Dflowmap.reference");
        return found;
    }

    private static List<Path> understood(Path parent, Predicate<Path> understood) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (var children = Files.list(parent)) {
            return children.filter(Files::isDirectory)
                    .filter(understood)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Whether a test can build the case that the arguments describe: all arguments that it does not read must have their default values.
     * Otherwise logs that the case is skipped.
     *
     * @param arguments arguments by name; those of an inner map are named "map/name"
     * @param defaults a JSON map from names to values
     */
    public static boolean understands(Path folder, JsonNode arguments, Set<String> read, String defaults) {
        var known = parse(defaults);
        var strange = new TreeMap<String, JsonNode>();
        flat(arguments).forEach((name, value) -> {
            if (!read.contains(name) && !same(value, known.get(name))) {
                strange.put(name, value);
            }
        });
        if (!strange.isEmpty()) {
            skipped(folder, "arguments " + strange);
        }
        return strange.isEmpty();
    }

    private static Map<String, JsonNode> flat(JsonNode arguments) {
        var flat = new TreeMap<String, JsonNode>();
        arguments.fields().forEachRemaining(field -> {
            if (field.getValue().isObject()) {
                flat(field.getValue()).forEach((name, value) -> flat.put(field.getKey() + "/" + name, value));
            } else {
                flat.put(field.getKey(), field.getValue());
            }
        });
        return flat;
    }

    /** Whether two values are equal; 0 and 0.0 are. */
    private static boolean same(JsonNode value, JsonNode expected) {
        return value.isNumber() && expected != null && expected.isNumber()
                ? value.asDouble() == expected.asDouble()
                : value.equals(expected);
    }

    private static JsonNode parse(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Logs that a part of a folder is not checked, because the test does not know it. */
    public static void skipped(Path folder, String part) {
        LOG.warn("reference {} skipped: {}", root().relativize(folder), part);
    }

    /** Reads the array {@code name.npy} of a folder. */
    public static Npy array(Path folder, String name) {
        return Npy.read(folder.resolve(name + ".npy"));
    }

    /** Reads the arrays of {@code name.npz} of a folder. */
    public static Map<String, Npy> arrays(Path folder, String name) {
        return Npy.readZip(folder.resolve(name + ".npz"));
    }

    /** Reads {@code name.json} of a folder. */
    public static JsonNode json(Path folder, String name) {
        try {
            return new ObjectMapper().readTree(folder.resolve(name + ".json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Logs how many cases of a folder were checked. */
    public static void checked(Path folder, int cases) {
        assertThat(cases).as("cases in %s", folder).isPositive();
        LOG.info("reference {} cases={}", root().relativize(folder), cases);
    }

    /** Largest absolute difference from the expected values, divided by the largest of these in magnitude. */
    public static double relativeToMaximum(double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = Double.MIN_NORMAL;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            if (!Double.isFinite(actual[i])) {
                throw new AssertionError("value " + i + " is " + actual[i]);
            }
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
        }
        return difference / largest;
    }

    private static Path root() {
        return Path.of(System.getProperty("flowmap.reference", "reference"))
                .toAbsolutePath()
                .normalize();
    }
}
