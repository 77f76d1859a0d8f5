package io.flowmap.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.data.Conditions;
import io.flowmap.nn.ConditionShape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VocabularyTest {
    private static final Vocabulary WORDS = new Vocabulary(List.of("a", "red", "circle"), 4);

    @Test
    void wordsAreRunsOfLettersAndDigitsInLowerCase() {
        assertThat(Vocabulary.split("  A red, RED circle—it's 2 o’clock; «Größe» 東京!"))
                .containsExactly("a", "red", "red", "circle", "it's", "2", "o’clock", "größe", "東京");
        assertThat(Vocabulary.split("")).isEmpty();
    }

    @Test
    void numbersBeginAtOneAndEndWithTheUnknownWord() {
        assertThat(WORDS.numbers("a red circle")).containsExactly(1, 2, 3, 0);
        assertThat(WORDS.numbers("a blue circle and a square")).containsExactly(1, 4, 3, 4);
        assertThat(WORDS.numbers(null)).containsOnly(0);
        assertThat(WORDS.unknown("a blue circle and a red one")).containsExactly("blue", "and", "one");
    }

    @Test
    void networksGetOneHotRowsAndZerosForNoWord() {
        var shape = new ConditionShape(Map.of("words", WORDS.array().shape()));
        assertThat(shape.of(2, "words")).containsExactly(2, 4, 4);
        var conditions = new Conditions(new int[] {-1, -1}, Map.of("words", new float[] {2, 4, 0, 0, 1, 1, 1, 1}));
        var rows = conditions.array("words", shape, i -> i == 1);
        assertThat(rows).hasSize(32);
        for (int i = 0; i < rows.length; i++) {
            assertThat(rows[i]).as("value " + i).isEqualTo(i == 1 || i == 7 ? 1 : 0);
        }
    }

    @Test
    void wordsAreDistinct() {
        assertThatThrownBy(() -> new Vocabulary(List.of("a", "a"), 3)).hasMessageContaining("distinct");
    }
}
