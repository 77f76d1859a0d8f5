package io.flowmap.app.userstudy;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.app.userstudy.Design.Asked;
import io.flowmap.app.userstudy.Design.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DesignTest {
    /** 3 pairs of 3 sets in 30 scenes: 90 questions, dealt 13 x 40 = 520 times. */
    private final List<List<Asked>> pairs = participants(new Design(3, 2, 30, 7), 13, 40, 6, 8);

    @Test
    void everyQuestionIsAskedAboutEquallyOften() {
        var times = new HashMap<String, Integer>();
        questions(pairs)
                .forEach(asked -> times.merge(
                        asked.scene() + " " + asked.shown().stream().sorted().toList(), 1, Integer::sum));
        assertThat(times).hasSize(90);
        assertThat(times.values()).allMatch(n -> n == 5 || n == 6);
    }

    @Test
    void nobodyIsAskedTheSameTwiceButInRepeats() {
        for (var asked : pairs) {
            var seen = new HashSet<String>();
            assertThat(questions(List.of(asked)))
                    .hasSize(40)
                    .allMatch(one -> seen.add(
                            one.scene() + " " + one.shown().stream().sorted().toList()));
        }
    }

    /** Orders come in rounds of two of each pair, so that a set is off by at most one for each of its two pairs. */
    @Test
    void everySetStandsLeftAsOftenAsRight() {
        assertThat(positions(pairs, 2)).allSatisfy((set, counts) -> assertThat(Math.abs(counts[0] - counts[1]))
                .isLessThanOrEqualTo(2));
    }

    @Test
    void everySetOfThreeStandsAtEveryPositionAlike() {
        var threes = participants(new Design(3, 3, 50, 1), 9, 50, 0, 0);
        assertThat(positions(threes, 3)).allSatisfy((set, counts) -> {
            assertThat(IntStream.of(counts).sum()).isEqualTo(450);
            assertThat(IntStream.of(counts).max().orElseThrow()
                            - IntStream.of(counts).min().orElseThrow())
                    .isLessThanOrEqualTo(2);
        });
    }

    @Test
    void repeatsComeLaterWithEveryImageAtAnotherPosition() {
        for (var asked : pairs) {
            var repeats = IntStream.range(0, asked.size())
                    .filter(i -> asked.get(i).kind() == Kind.REPEAT)
                    .toArray();
            assertThat(repeats).hasSize(8);
            for (int i : repeats) {
                var first = asked.get(asked.get(i).mark());
                assertThat(asked.get(i).mark()).isLessThan(i);
                assertThat(first.kind()).isEqualTo(Kind.QUESTION);
                assertThat(asked.get(i).scene()).isEqualTo(first.scene());
                assertThat(asked.get(i).shown())
                        .containsExactlyInAnyOrderElementsOf(first.shown())
                        .isNotEqualTo(first.shown());
            }
        }
    }

    @Test
    void checksHaveTheIntactImageAtEveryPositionAlike() {
        var marks = new int[2];
        pairs.stream()
                .flatMap(List::stream)
                .filter(asked -> asked.kind() == Kind.CHECK)
                .forEach(asked -> marks[asked.mark()]++);
        assertThat(marks).containsExactly(39, 39);
    }

    @Test
    void theSameSeedGivesTheSamePlanAndAnotherSeedAnother() {
        assertThat(participants(new Design(3, 2, 30, 7), 13, 40, 6, 8)).isEqualTo(pairs);
        assertThat(participants(new Design(3, 2, 30, 8), 13, 40, 6, 8)).isNotEqualTo(pairs);
    }

    private static List<List<Asked>> participants(Design design, int count, int questions, int checks, int repeats) {
        var all = new ArrayList<List<Asked>>();
        for (int i = 0; i < count; i++) {
            all.add(design.next(i, questions, checks, repeats));
        }
        return all;
    }

    private static List<Asked> questions(List<List<Asked>> participants) {
        return participants.stream()
                .flatMap(List::stream)
                .filter(asked -> asked.kind() == Kind.QUESTION)
                .toList();
    }

    private static Map<Integer, int[]> positions(List<List<Asked>> participants, int size) {
        var positions = new HashMap<Integer, int[]>();
        for (var asked : questions(participants)) {
            for (int position = 0; position < size; position++) {
                positions.computeIfAbsent(asked.shown().get(position), set -> new int[size])[position]++;
            }
        }
        return positions;
    }
}
