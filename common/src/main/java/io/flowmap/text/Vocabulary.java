package io.flowmap.text;

import io.flowmap.data.DataFacts;
import io.flowmap.nn.ConditionShape;
import io.flowmap.tensor.DType;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The words of captions, numbered from 1 in the order of this list. Further words are one more, unknown, word. A word is a run of letters
 * and digits, in lower case; everything else separates words. It gives the condition {@link ConditionShape#WORDS}.
 *
 * @param words distinct words, at least one
 * @param length words of every caption, at least 1: longer captions are cut, shorter ones filled up with 0
 */
public record Vocabulary(List<String> words, int length) implements Serializable {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}]+(?:['\u2019][\\p{L}]+)*");

    public Vocabulary {
        words = List.copyOf(words);
        if (length < 1 || words.isEmpty() || Set.copyOf(words).size() < words.size()) {
            throw new IllegalArgumentException(
                    "expected distinct words and a length of at least 1, got " + words + " and " + length);
        }
    }

    /** The words of a caption, in order. */
    public static List<String> split(String caption) {
        return WORD.matcher(caption.toLowerCase(Locale.ROOT))
                .results()
                .map(MatchResult::group)
                .toList();
    }

    /** The words of a caption that are not in this list. */
    public List<String> unknown(String caption) {
        return split(caption).stream().filter(word -> !words.contains(word)).toList();
    }

    /** Numbers of the words of a caption, [length]; all 0 for null. */
    float[] numbers(String caption) {
        var numbers = new float[length];
        var found = caption == null ? List.<String>of() : split(caption);
        for (int i = 0; i < Math.min(length, found.size()); i++) {
            int at = words.indexOf(found.get(i));
            numbers[i] = at < 0 ? words.size() + 1 : at + 1;
        }
        return numbers;
    }

    /** The condition as the network gets it, [length, words and the unknown one]; data store the numbers. */
    public DataFacts.ArrayFacts array() {
        return new DataFacts.ArrayFacts(List.of(length, words.size() + 1), DType.FLOAT32);
    }
}
