package io.flowmap.eval.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AgreementTest {
    /** Krippendorff 2011, section C: four observers, twelve units, missing values; nominal alpha 0.743. */
    @Test
    void alphaIsThatOfKrippendorffsExample() {
        String[] observers = {"123321412...", "1233224125.3", ".3332342251.", "12332441251."};
        var units = IntStream.range(0, 12)
                .mapToObj(unit -> IntStream.range(0, 4)
                        .map(observer -> observers[observer].charAt(unit))
                        .filter(value -> value != '.')
                        .boxed()
                        .toList())
                .toList();
        assertThat(KrippendorffAlpha.of(units)).isCloseTo(0.743, within(5e-4));
    }

    /** The same, section A: two observers, ten units, two values; alpha 0.095. */
    @Test
    void alphaIsThatOfTheExampleOfTwoObservers() {
        int[][] values = {{0, 1, 0, 0, 0, 0, 0, 0, 1, 0}, {1, 1, 1, 0, 0, 1, 0, 0, 0, 0}};
        var units = IntStream.range(0, 10)
                .mapToObj(unit -> List.of(values[0][unit], values[1][unit]))
                .toList();
        assertThat(KrippendorffAlpha.of(units)).isCloseTo(0.095, within(5e-4));
    }

    @Test
    void alphaIsOneIfAllAgreeAndUndefinedIfTheyCannotDiffer() {
        assertThat(KrippendorffAlpha.of(List.of(List.of(1, 1), List.of(2, 2, 2))))
                .isEqualTo(1);
        assertThat(KrippendorffAlpha.of(List.of(List.of(1, 1), List.of(1, 1)))).isNaN();
        assertThat(KrippendorffAlpha.of(List.of(List.of(1), List.of(2)))).isNaN();
    }

    /** With two positions the test is Student's, of each participant's choices less half of them. */
    @Test
    void sideTestOfPairsIsStudentsTest() {
        var tallies = new ArrayList<Tally>();
        for (int first : new int[] {4, 5, 6, 7, 8}) {
            tallies.add(sides(first, 10 - first));
        }
        // mean 1, deviation sqrt(2.5), t = 1 / sqrt(2.5 / 5) = 1.414, p = 0.2302 (tables of Student's t, 4 degrees)
        assertThat(SideBias.chance(tallies)).isCloseTo(0.2302, within(1e-4));
    }

    @Test
    void sidesOfTooFewParticipantsAreNotTestedAndEqualHabitsAreCertain() {
        assertThat(SideBias.chance(List.of(sides(5, 5), sides(4, 6)))).isNaN();
        assertThat(SideBias.chance(List.of(sides(9, 1), sides(9, 1), sides(9, 1))))
                .isZero();
        assertThat(SideBias.chance(List.of(sides(5, 5), sides(5, 5), sides(5, 5))))
                .isEqualTo(1);
    }

    private static Tally sides(int first, int second) {
        var tally = new Tally(2, 2);
        IntStream.range(0, first).forEach(i -> tally.add(new Judgement(i, new int[] {0, 1}, 0)));
        IntStream.range(0, second).forEach(i -> tally.add(new Judgement(i, new int[] {0, 1}, 1)));
        return tally;
    }
}
