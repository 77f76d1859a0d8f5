package io.flowmap.eval.preference;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A participant's answers.
 *
 * @param number of the participant, from 1
 * @param asked questions in the plan, with checks and repeats
 * @param answers to questions whose answer counts
 * @param checks whether each answered check was passed, that is, the one intact image was chosen
 * @param repeats whether each question that was answered twice got the same answer
 * @param millis time of every answer, in milliseconds
 */
public record Participant(
        int number,
        int asked,
        List<Judgement> answers,
        List<Boolean> checks,
        List<Boolean> repeats,
        List<Long> millis) {
    public Participant {
        answers = List.copyOf(answers);
        checks = List.copyOf(checks);
        repeats = List.copyOf(repeats);
        millis = List.copyOf(millis);
    }

    /** Share of the plan's questions that were answered. */
    public double answered() {
        return (double) millis.size() / asked;
    }

    /** Share of checks passed, 1 if none was answered. */
    public double passed() {
        return checks.isEmpty() ? 1 : (double) count(checks) / checks.size();
    }

    /** Share of repeated questions with the same answer; NaN if there are none. */
    public double selfAgreement() {
        return (double) count(repeats) / repeats.size();
    }

    /** Median time of an answer in seconds; NaN without answers. */
    public double medianSeconds() {
        long[] sorted = millis.stream().mapToLong(Long::longValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length == 0
                ? Double.NaN
                : (sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0) / 1000;
    }

    /** Largest share of one position among decided answers, 0 if there are none. */
    public double oneSide() {
        int[] decided = answers.stream()
                .mapToInt(Judgement::choice)
                .filter(choice -> choice != Judgement.TIE)
                .toArray();
        int most = IntStream.of(decided)
                .distinct()
                .map(side -> (int)
                        IntStream.of(decided).filter(other -> other == side).count())
                .max()
                .orElse(0);
        return decided.length == 0 ? 0 : (double) most / decided.length;
    }

    /** The answers as a tally. */
    Tally tally(int items, int size) {
        var tally = new Tally(items, size);
        answers.forEach(tally::add);
        repeats.forEach(tally::addRepeat);
        return tally;
    }

    private static long count(List<Boolean> values) {
        return values.stream().filter(value -> value).count();
    }
}
