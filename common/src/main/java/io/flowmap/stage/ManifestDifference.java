package io.flowmap.stage;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds the first difference of two manifests that makes their outputs differ: the seed, a setting or an input.
 *
 * @param operational names of keys that do not affect the output
 */
record ManifestDifference(Set<String> operational) {
    /** Digits of a hash that are shown. */
    private static final int DIGITS = 12;

    /** Describes the first difference with both values; empty if the outputs are interchangeable. */
    Optional<String> first(Manifest earlier, Manifest now) {
        if (!earlier.stage().equals(now.stage())) {
            return Optional.of(phrase("stage", now.stage(), earlier.stage()));
        }
        if (earlier.seed() != now.seed()) {
            return Optional.of(phrase("run.seed", now.seed(), earlier.seed()));
        }
        return setting("", earlier.config(), now.config()).or(() -> input(earlier, now));
    }

    private Optional<String> setting(String path, JsonNode earlier, JsonNode now) {
        if (!earlier.isObject() || !now.isObject()) {
            return same(earlier, now) ? Optional.empty() : Optional.of(phrase(path, value(now), value(earlier)));
        }
        var keys = new TreeSet<String>();
        earlier.fieldNames().forEachRemaining(keys::add);
        now.fieldNames().forEachRemaining(keys::add);
        keys.removeAll(operational);
        return keys.stream()
                .map(key -> setting(path.isEmpty() ? key : path + "." + key, earlier.path(key), now.path(key)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static String value(JsonNode setting) {
        return setting.isMissingNode() ? "not set" : setting.toString();
    }

    /** Whether two values are equal. Numbers are compared by value: 1.0 equals 1. */
    private static boolean same(JsonNode earlier, JsonNode now) {
        return earlier.isNumber() && now.isNumber()
                ? earlier.decimalValue().compareTo(now.decimalValue()) == 0
                : earlier.equals(now);
    }

    private Optional<String> input(Manifest earlier, Manifest now) {
        var before = earlier.inputs().stream()
                .collect(Collectors.toMap(StageInput::name, Function.identity(), (first, second) -> second));
        for (var input : now.inputs()) {
            var old = before.remove(input.name());
            if (old == null) {
                return Optional.of(phrase("input " + input.name(), input.path(), "none"));
            }
            if (!old.sha256().equals(input.sha256())) {
                return Optional.of(changed(old, earlier, input, now));
            }
        }
        return before.values().stream()
                .map(old -> phrase("input " + old.name(), "none", old.path()))
                .findFirst();
    }

    /** What changed about an input, then its hashes. */
    private String changed(StageInput old, Manifest earlier, StageInput input, Manifest now) {
        var then = earlier.environment().path(Manifest.ORIGINS).path(old.name());
        var origin = now.environment().path(Manifest.ORIGINS).path(input.name());
        boolean moved = !old.path().equals(input.path());
        var setting = then.isObject() && origin.isObject() ? setting("", then, origin) : Optional.<String>empty();
        var place = input.path().isEmpty() ? "" : " (" + input.path() + ")";
        var how = setting.map(words -> place + " was made with other settings: " + words)
                .orElse(place + (origin.isObject() ? " was made again" : " has other content than in the earlier run"));
        return (moved ? phrase("input " + input.name(), input.path(), old.path()) : "input " + input.name() + how)
                + "; hash " + shortened(input) + " now, " + shortened(old) + " then";
    }

    private static String shortened(StageInput input) {
        return input.sha256().substring(0, Math.min(DIGITS, input.sha256().length()));
    }

    private static String phrase(String what, Object yours, Object earlier) {
        return what + " is " + yours + " now and was " + earlier + " in the earlier run";
    }
}
