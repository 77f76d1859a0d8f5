package io.flowmap.app.userstudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.app.userstudy.Design.Kind;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.eval.preference.Judgement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswersTest {
    @TempDir
    Path folder;

    private final Plan.Stored study = SmallStudy.plan(3, 2, 6);

    @Test
    void choicesBecomeJudgementsChecksAndRepeats() {
        var answers = new Answers(study);
        var questions = study.plan().questions(2);
        for (int i = 0; i < questions.size(); i++) {
            var question = questions.get(i);
            int intact = IntStream.range(0, 2)
                    .filter(k -> !study.plan()
                            .pictures()
                            .get(question.pictures().get(k))
                            .scrambled())
                    .findFirst()
                    .orElseThrow();
            answers.add(answer(2, i, question.kind() == Kind.CHECK ? intact + 1 : 1));
        }
        var participant = answers.participants().get(0);
        assertThat(participant.number()).isEqualTo(2);
        assertThat(participant.asked()).isEqualTo(8);
        assertThat(participant.answers()).hasSize(6).allMatch(judgement -> judgement.choice() == 0);
        assertThat(participant.checks()).containsExactly(true);
        assertThat(participant.repeats())
                .as("the left image is another in the repeat")
                .containsExactly(false);
        assertThat(participant.oneSide()).isEqualTo(1);
    }

    @Test
    void aTieInQuestionAndRepeatIsTheSameAnswer() {
        var answers = new Answers(study);
        IntStream.range(0, 8).forEach(i -> answers.add(answer(1, i, 0)));
        var participant = answers.participants().get(0);
        assertThat(participant.answers()).allMatch(judgement -> judgement.chosen() == Judgement.TIE);
        assertThat(participant.repeats()).containsExactly(true);
        assertThat(participant.checks()).containsExactly(false);
    }

    @Test
    void theFirstAnswerCountsAndUnfinishedLinesAreSkipped() {
        var answers = new Answers(study);
        var lines = Json.mapper().valueToTree(answer(1, 0, 2)) + "\n"
                + Json.mapper().valueToTree(answer(1, 0, 1)) + "\n{\"plan\":\"" + study.hash() + "\",\"partic\n"
                + Json.mapper().valueToTree(answer(1, 1, 1)) + "\n";
        answers.read("file", lines.getBytes(StandardCharsets.UTF_8));
        assertThat(answers.choices(1)).containsEntry(0, 2).containsEntry(1, 1).hasSize(2);
        assertThat(answers.unreadable()).isEqualTo(1);
    }

    @Test
    void answersToAnotherPlanOrQuestionAreRefusedByFileAndLine() {
        var other = new Answer("abc", 1, 0, 1, 5);
        refuse(
                other,
                "cannot read served.jsonl, line 1: expected answers to the plan " + study.hash() + ", got one to abc");
        refuse(answer(4, 0, 1), "expected a participant from 1 to 3, got 4");
        refuse(answer(1, 8, 1), "expected a question below 8, got 8");
        refuse(answer(1, 0, 3), "expected a choice from 0 to 2");
    }

    private void refuse(Answer answer, String message) {
        var line = Json.mapper().valueToTree(answer).toString().getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> new Answers(study).read("served.jsonl", line))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    @Test
    void aFileThatEndsInTheMiddleOfALineGoesOnWithAWholeOne() throws IOException {
        var path = folder.resolve("answers/served.jsonl");
        try (var file = AnswerFile.open(path, study)) {
            assertThat(file.append(answer(1, 0, 1))).isTrue();
            assertThat(file.append(answer(1, 0, 2))).isFalse();
        }
        var whole = Files.readString(path);
        Files.writeString(path, whole + whole.substring(0, 30));
        try (var file = AnswerFile.open(path, study)) {
            assertThat(file.choices(1)).containsExactly(Map.entry(0, 1));
            file.append(answer(1, 1, 2));
        }
        assertThat(Files.readAllLines(path)).hasSize(3);
        var answers = new Answers(study);
        answers.read("file", Files.readAllBytes(path));
        assertThat(answers.count()).isEqualTo(2);
    }

    @Test
    void aSecondWriterIsRefused() throws IOException {
        var path = folder.resolve("served.jsonl");
        try (var file = AnswerFile.open(path, study)) {
            assertThat(file.count()).isZero();
            assertThatThrownBy(() -> AnswerFile.open(path, study))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("another flowmap study serve writes there");
        }
    }

    private Answer answer(int participant, int question, int choice) {
        return new Answer(study.hash(), participant, question, choice, 1000);
    }

    @Test
    void aPlanReadsBackWithItsHash() throws IOException {
        var fileSystem = FileSystem.getLocal(new Configuration());
        var dir = new org.apache.hadoop.fs.Path(folder.toUri());
        assertThat(study.plan().write(fileSystem, dir)).isEqualTo(study.hash());
        assertThat(Plan.read(fileSystem, dir)).isEqualTo(study);
        Tokens.write(fileSystem, dir, 3);
        assertThat(Tokens.read(fileSystem, dir, 3)).hasSize(3).containsValues(1, 2, 3);
        assertThatThrownBy(() -> Tokens.read(fileSystem, dir, 4)).isInstanceOf(UserError.class);
        Files.writeString(folder.resolve(Plan.FILE), "{\"title\": \"x\"}");
        assertThatThrownBy(() -> Plan.read(fileSystem, dir))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected a study's plan");
        assertThat(List.of(folder.toFile().list())).contains(Plan.FILE, Tokens.FILE);
    }
}
