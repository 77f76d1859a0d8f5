package io.flowmap.eval.preference;

import java.util.Locale;
import java.util.Optional;

/**
 * Whose answers do not count. The limits are part of a study's plan, and so fixed before anybody answers.
 *
 * @param answered least share of the questions answered, in [0, 1]
 * @param checks least share of the checks passed, in [0, 1]
 * @param seconds least median time of an answer, 0 or more
 * @param oneSide largest share of one position among decided answers, in (0, 1]
 */
public record Exclusion(double answered, double checks, double seconds, double oneSide) {
    public Exclusion {
        if (!(answered >= 0 && answered <= 1) || !(checks >= 0 && checks <= 1)) {
            throw new IllegalArgumentException(
                    "expected answered and checks in [0, 1], got " + answered + " and " + checks);
        }
        if (!(seconds >= 0) || !(oneSide > 0 && oneSide <= 1)) {
            throw new IllegalArgumentException(
                    "expected seconds of 0 or more and one-side in (0, 1], got " + seconds + " and " + oneSide);
        }
    }

    /** Why a participant's answers do not count; empty if they do. */
    public Optional<String> reason(Participant participant) {
        if (participant.answers().isEmpty()) {
            return Optional.of("no answers");
        }
        if (participant.answered() < answered) {
            return Optional.of(
                    told("answered %.0f %% of the questions, fewer than %.0f %%", participant.answered(), answered));
        }
        if (participant.passed() < checks) {
            return Optional.of(told("passed %.0f %% of the checks, fewer than %.0f %%", participant.passed(), checks));
        }
        if (participant.medianSeconds() < seconds) {
            return Optional.of(String.format(
                    Locale.ROOT, "median time of %.1f s, less than %.1f s", participant.medianSeconds(), seconds));
        }
        if (participant.oneSide() > oneSide) {
            return Optional.of(told(
                    "chose one position in %.0f %% of the answers, more than %.0f %%", participant.oneSide(), oneSide));
        }
        return Optional.empty();
    }

    private static String told(String pattern, double share, double limit) {
        return String.format(Locale.ROOT, pattern, 100 * share, 100 * limit);
    }
}
