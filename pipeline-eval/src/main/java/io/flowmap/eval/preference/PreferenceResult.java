package io.flowmap.eval.preference;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.file.AtomicFile;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What a user study found.
 *
 * @param plan SHA-256 of its plan
 * @param sets names of the compared sets of samples, K
 * @param compared images in a question, m
 * @param answers answers that count
 * @param scenes different prompts and seeds among them
 * @param confidence of the intervals
 * @param ridge of the model
 * @param strengths of the sets, mean 0 (Bradley-Terry with Davidson's ties)
 * @param tieWeight nu: odds of a tie between sets of equal strength against the choice of one of them
 * @param chosen share of a set's questions in which it was chosen
 * @param tied share of ties
 * @param over share of set i among the answers that chose i or j where both were shown, [K][K]; 1/2 for i = j
 * @param sides share of decided answers for each position
 * @param sideChance chance of such shares without a bias, NaN for too few participants
 * @param selfAgreement share of repeated questions with the same answer
 * @param alpha Krippendorff's alpha between participants, NaN if no question was answered by two
 * @param shared questions answered by two or more participants
 * @param people every participant of the plan who answered, in order
 */
public record PreferenceResult(
        String plan,
        List<String> sets,
        int compared,
        int answers,
        int scenes,
        double confidence,
        double ridge,
        List<Estimate> strengths,
        Estimate tieWeight,
        List<Estimate> chosen,
        Estimate tied,
        List<List<Estimate>> over,
        List<Estimate> sides,
        double sideChance,
        Estimate selfAgreement,
        double alpha,
        int shared,
        List<Person> people) {
    /** The file of a result in its stage. */
    public static final String FILE = "result.json";

    /**
     * A value with its interval.
     *
     * @param value estimate, NaN if there is none
     * @param low lower end
     * @param high upper end
     */
    public record Estimate(double value, double low, double high) {}

    /**
     * A participant in the result.
     *
     * @param number from 1
     * @param answered share of the questions
     * @param passed share of the checks
     * @param selfAgreement share of the repeats, NaN if there are none
     * @param medianSeconds of an answer
     * @param oneSide largest share of a position
     * @param excluded why the answers do not count, empty if they do
     */
    public record Person(
            int number,
            double answered,
            double passed,
            double selfAgreement,
            double medianSeconds,
            double oneSide,
            String excluded) {}

    public PreferenceResult {
        sets = List.copyOf(sets);
        strengths = List.copyOf(strengths);
        chosen = List.copyOf(chosen);
        over = List.copyOf(over);
        sides = List.copyOf(sides);
        people = List.copyOf(people);
    }

    /** Reads the result of a finished report. Throws {@link UserError} if the file is damaged. */
    public static PreferenceResult read(FileSystem fileSystem, Path dir) {
        var file = new Path(dir, FILE);
        try {
            return Json.mapper().readValue(AtomicFile.read(fileSystem, file), PreferenceResult.class);
        } catch (JsonProcessingException e) {
            throw new UserError("cannot read " + file + ": expected a study's result: " + Json.complaint(e), e);
        } catch (IOException e) {
            throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** Participants whose answers count. */
    public long counted() {
        return people.stream().filter(person -> person.excluded().isEmpty()).count();
    }
}
