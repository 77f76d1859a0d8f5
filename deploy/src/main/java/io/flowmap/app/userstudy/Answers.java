package io.flowmap.app.userstudy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.eval.preference.Judgement;
import io.flowmap.eval.preference.Participant;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Answers by participant and question. An answer counts once: the first stays. Lines are JSON; a line that ends in the middle, which a
 * killed server leaves behind and whose answer it had not confirmed, is counted and skipped.
 */
final class Answers {
    private final Plan.Stored study;
    private final Map<Integer, Map<Integer, Answer>> byParticipant = new TreeMap<>();
    private int unreadable;

    Answers(Plan.Stored study) {
        this.study = study;
    }

    /**
     * Adds the lines of a file. Throws {@link UserError} if one of them is no answer to a question of the plan.
     *
     * @param name of the file, for messages
     */
    void read(String name, byte[] bytes) {
        int number = 0;
        for (var line : new String(bytes, StandardCharsets.UTF_8).split("\n")) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            Answer answer;
            try {
                answer = Json.mapper().readValue(line, Answer.class);
            } catch (JsonProcessingException e) {
                unreadable++;
                continue;
            }
            try {
                answer.requireFits(study);
            } catch (IllegalArgumentException e) {
                throw new UserError("cannot read " + name + ", line " + number + ": " + e.getMessage(), e);
            }
            add(answer);
        }
    }

    /** Adds an answer that fits the plan. Returns whether it is the first to its question. */
    boolean add(Answer answer) {
        return byParticipant
                        .computeIfAbsent(answer.participant(), participant -> new TreeMap<>())
                        .putIfAbsent(answer.question(), answer)
                == null;
    }

    /** The answer to a question, null if there is none. */
    Answer answer(int participant, int question) {
        return byParticipant.getOrDefault(participant, Map.of()).get(question);
    }

    /** Choices of a participant by question. */
    Map<Integer, Integer> choices(int participant) {
        var choices = new TreeMap<Integer, Integer>();
        byParticipant
                .getOrDefault(participant, Map.of())
                .forEach((question, answer) -> choices.put(question, answer.choice()));
        return choices;
    }

    /** Number of answers. */
    int count() {
        return byParticipant.values().stream().mapToInt(Map::size).sum();
    }

    /** Lines that could not be read. */
    int unreadable() {
        return unreadable;
    }

    /** Everyone who answered, for the analysis. */
    List<Participant> participants() {
        var participants = new ArrayList<Participant>();
        byParticipant.forEach((number, answers) -> participants.add(participant(number, answers)));
        return participants;
    }

    private Participant participant(int number, Map<Integer, Answer> answers) {
        var plan = study.plan();
        var asked = plan.questions(number);
        var counted = new ArrayList<Judgement>();
        var checks = new ArrayList<Boolean>();
        var repeats = new ArrayList<Boolean>();
        answers.forEach((index, answer) -> {
            var question = asked.get(index);
            switch (question.kind()) {
                case QUESTION -> counted.add(judgement(question, answer));
                case CHECK -> checks.add(answer.choice() > 0
                        && !plan.pictures()
                                .get(question.pictures().get(answer.choice() - 1))
                                .scrambled());
                case REPEAT -> {
                    var first = answers.get(question.repeats());
                    if (first != null) {
                        repeats.add(
                                judgement(asked.get(question.repeats()), first).chosen()
                                        == judgement(question, answer).chosen());
                    }
                }
            }
        });
        var millis = answers.values().stream().map(Answer::millis).toList();
        return new Participant(number, asked.size(), counted, checks, repeats, millis);
    }

    private Judgement judgement(Plan.Question question, Answer answer) {
        return new Judgement(study.plan().scene(question), study.plan().shown(question), answer.choice() - 1);
    }
}
