package io.flowmap.eval.preference;

import io.flowmap.config.UserError;
import io.flowmap.eval.preference.PreferenceResult.Estimate;
import io.flowmap.eval.preference.PreferenceResult.Person;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * From answers to a result.
 *
 * @param plan SHA-256 of the study's plan
 * @param sets names of the compared sets
 * @param compared images in a question
 * @param exclusion whose answers do not count
 * @param bootstrap of the intervals
 * @param ridge of the model, above 0
 */
public record PreferenceAnalysis(
        String plan,
        List<String> sets,
        int compared,
        Exclusion exclusion,
        ParticipantBootstrap bootstrap,
        double ridge) {
    /** Analyses the answers. Throws {@link UserError} if fewer than two participants' answers count. */
    public PreferenceResult of(List<Participant> participants) {
        var counted = participants.stream()
                .filter(participant -> exclusion.reason(participant).isEmpty())
                .toList();
        if (counted.size() < 2) {
            throw new UserError("cannot report a study: expected answers of two or more participants that count, got "
                    + counted.size() + " of " + participants.size() + reasons(participants));
        }
        var tallies = counted.stream()
                .map(participant -> participant.tally(sets.size(), compared))
                .toList();
        var whole = Tally.sum(tallies);
        var estimates = Estimates.of(whole, ridge);
        double[][] ends = bootstrap.intervals(tallies, whole, ridge);
        double[] values = estimates.values();
        var list = new Listed(values, ends);
        int items = sets.size();
        var units = units(counted);
        return new PreferenceResult(
                plan,
                sets,
                compared,
                (int) whole.total(),
                (int) counted.stream()
                        .flatMap(participant -> participant.answers().stream())
                        .mapToInt(Judgement::scene)
                        .distinct()
                        .count(),
                bootstrap.confidence(),
                ridge,
                list.all(items, estimates::strength),
                list.at(estimates.tieWeight()),
                list.all(items, estimates::chosen),
                list.at(estimates.tied()),
                IntStream.range(0, items)
                        .mapToObj(i -> list.all(items, j -> estimates.over(i, j)))
                        .toList(),
                list.all(compared, estimates::side),
                SideBias.chance(tallies),
                list.at(estimates.selfAgreement()),
                KrippendorffAlpha.of(units),
                (int) units.stream().filter(unit -> unit.size() > 1).count(),
                participants.stream().map(this::person).toList());
    }

    private String reasons(List<Participant> participants) {
        var reasons = participants.stream()
                .limit(3)
                .flatMap(participant -> exclusion.reason(participant).stream()
                        .map(reason -> "participant " + participant.number() + ": " + reason))
                .toList();
        return reasons.isEmpty() ? "" : " (" + String.join("; ", reasons) + ")";
    }

    private record Listed(double[] values, double[][] ends) {
        Estimate at(int place) {
            return new Estimate(values[place], ends[0][place], ends[1][place]);
        }

        List<Estimate> all(int count, IntUnaryOperator place) {
            return IntStream.range(0, count).map(place).mapToObj(this::at).toList();
        }
    }

    /** The items chosen in each question, by everyone who answered it. */
    private static Collection<List<Integer>> units(List<Participant> counted) {
        var units = new TreeMap<String, List<Integer>>();
        for (var participant : counted) {
            for (var answer : participant.answers()) {
                var items = IntStream.of(answer.shown()).sorted().boxed().toList();
                units.computeIfAbsent(answer.scene() + " " + items, key -> new ArrayList<>())
                        .add(answer.chosen());
            }
        }
        return units.values();
    }

    private Person person(Participant participant) {
        return new Person(
                participant.number(),
                participant.answered(),
                participant.passed(),
                participant.selfAgreement(),
                participant.medianSeconds(),
                participant.oneSide(),
                exclusion.reason(participant).orElse(""));
    }
}
