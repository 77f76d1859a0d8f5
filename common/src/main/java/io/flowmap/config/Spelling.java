package io.flowmap.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the known words nearest to a mistyped one. */
public final class Spelling {
    /** Number of edits that still counts as a typing error. */
    private static final int CLOSE = 2;

    private static final int MOST_KEYS = 3;

    private Spelling() {}

    /** The nearest known word, if its distance is at most a third of the word's length. */
    public static Optional<String> nearest(String word, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(other -> distance(word, other)))
                .filter(other -> 3 * distance(word, other) <= Math.max(word.length(), other.length()));
    }

    /**
     * The known dotted keys most likely meant by an unknown key: those that end with it, else those with the same first and last name, else
     * the nearest in spelling. Empty if none is close.
     */
    public static List<String> nearestKeys(String key, Collection<String> known) {
        var name = key.substring(key.lastIndexOf('.') + 1);
        var section = key.substring(0, Math.max(0, key.indexOf('.')));
        var longer = fewestNames(known.stream().filter(other -> other.endsWith("." + key)));
        if (!longer.isEmpty()) {
            return longer;
        }
        var close = nearest(key, known).filter(other -> distance(key, other) <= CLOSE);
        var alike = section.isEmpty()
                ? List.<String>of()
                : fewestNames(
                        known.stream().filter(other -> other.startsWith(section + ".") && other.endsWith("." + name)));
        return close.isEmpty() && !alike.isEmpty()
                ? alike
                : nearest(key, known).stream().toList();
    }

    private static List<String> fewestNames(Stream<String> keys) {
        var all = keys.sorted().toList();
        long fewest = all.stream().mapToLong(Spelling::dots).min().orElse(0);
        return all.stream().filter(key -> dots(key) == fewest).limit(MOST_KEYS).toList();
    }

    private static long dots(String key) {
        return key.chars().filter(c -> c == '.').count();
    }

    /** Number of insertions, deletions, substitutions and swaps of neighbours between two words (optimal string alignment). */
    static int distance(String a, String b) {
        var d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int substitution = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(substitution, 1 + Math.min(d[i][j - 1], d[i - 1][j]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
