package io.flowmap.eval.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PreferenceAnalysisTest {
    private static final Exclusion LIMITS = new Exclusion(0.5, 0.75, 1, 0.9);
    private final PreferenceAnalysis analysis =
            new PreferenceAnalysis("abc", List.of("A", "B"), 2, LIMITS, new ParticipantBootstrap(1, 200, 0.95), 0.1);

    @Test
    void sharesCountAnswersAndIntervalsHoldThem() {
        var result = analysis.of(IntStream.rangeClosed(1, 12)
                .mapToObj(number -> participant(number, 10 + number % 3, 4, 20))
                .toList());
        assertThat(result.answers()).isEqualTo(12 * 20);
        double a = (10 + 11 + 12) / 60.0;
        assertThat(result.chosen().get(0).value()).isCloseTo(a, within(1e-12));
        assertThat(result.tied().value()).isCloseTo(0.2, within(1e-12));
        assertThat(result.over().get(0).get(1).value()).isCloseTo(a / 0.8, within(1e-12));
        assertThat(result.over().get(1).get(0).value()).isCloseTo(1 - a / 0.8, within(1e-12));
        assertThat(result.over().get(0).get(0).value()).isEqualTo(0.5);
        for (var estimate : result.strengths()) {
            assertThat(estimate.value()).isBetween(estimate.low(), estimate.high());
            assertThat(estimate.low()).isLessThan(estimate.high());
        }
        assertThat(result.counted()).isEqualTo(12);
        assertThat(result.selfAgreement().value()).isCloseTo(0.75, within(1e-12));
    }

    @Test
    void aSeparableResultHasNoInfinities() throws IOException {
        var result =
                analysis.of(List.of(participant(1, 20, 0, 20), participant(2, 20, 0, 20), participant(3, 20, 0, 20)));
        for (var estimate : result.strengths()) {
            assertThat(List.of(estimate.value(), estimate.low(), estimate.high()))
                    .allMatch(Double::isFinite);
        }
        assertThat(List.of(result.tieWeight().low(), result.tieWeight().high())).allMatch(Double::isFinite);
        var text = Json.pretty(result);
        assertThat(text).doesNotContain("Infinity");
        assertThat(Json.mapper().readValue(text, PreferenceResult.class)).isEqualTo(result);
    }

    @Test
    void participantsAreExcludedWithReasons() {
        var people = new ArrayList<>(List.of(participant(1, 10, 0, 20), participant(2, 11, 1, 20)));
        people.add(new Participant(3, 30, people.get(0).answers(), List.of(true, false), List.of(), times(22, 2000)));
        people.add(new Participant(4, 30, people.get(0).answers(), List.of(), List.of(), times(22, 300)));
        people.add(new Participant(5, 99, people.get(0).answers(), List.of(), List.of(), times(20, 2000)));
        people.add(new Participant(6, 30, List.of(), List.of(), List.of(), List.of()));
        people.add(new Participant(7, 20, oneSided(), List.of(), List.of(), times(20, 2000)));
        var result = analysis.of(people);
        assertThat(result.counted()).isEqualTo(2);
        assertThat(result.answers()).isEqualTo(40);
        assertThat(result.people())
                .extracting(PreferenceResult.Person::excluded)
                .containsExactly(
                        "",
                        "",
                        "passed 50 % of the checks, fewer than 75 %",
                        "median time of 0.3 s, less than 1.0 s",
                        "answered 20 % of the questions, fewer than 50 %",
                        "no answers",
                        "chose one position in 100 % of the answers, more than 90 %");
    }

    @Test
    void oneParticipantIsNoStudy() {
        var people = List.of(participant(1, 10, 0, 20));
        assertThatThrownBy(() -> analysis.of(people))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected answers of two or more participants that count, got 1 of 1");
    }

    /** As many resamples outside as for a normal distribution, and more for fewer participants. */
    @Test
    void tailsAreWidenedForFewParticipants() {
        var bootstrap = new ParticipantBootstrap(1, 100, 0.95);
        // n = 10: Phi(-sqrt(10/9) 2.262157) = Phi(-2.384523) = 0.008551
        assertThat(bootstrap.tail(10)).isCloseTo(0.008551, within(2e-6));
        assertThat(bootstrap.tail(100_000)).isCloseTo(0.025, within(1e-5));
    }

    /** Of `count` answers the first `wins` choose A, the next `ties` none, the others B; A stands left in turn. */
    private static Participant participant(int number, int wins, int ties, int count) {
        var answers = new ArrayList<Judgement>();
        for (int i = 0; i < count; i++) {
            int left = i % 2;
            int chosen = i < wins ? 0 : i < wins + ties ? Judgement.TIE : 1;
            answers.add(new Judgement(
                    i, new int[] {left, 1 - left}, chosen == Judgement.TIE ? Judgement.TIE : chosen == left ? 0 : 1));
        }
        return new Participant(
                number, count + 4, answers, List.of(), List.of(true, true, true, false), times(count + 4, 3000));
    }

    private static List<Judgement> oneSided() {
        return IntStream.range(0, 20)
                .mapToObj(i -> new Judgement(i, new int[] {i % 2, 1 - i % 2}, 0))
                .toList();
    }

    private static List<Long> times(int count, long millis) {
        return Collections.nCopies(count, millis);
    }
}
