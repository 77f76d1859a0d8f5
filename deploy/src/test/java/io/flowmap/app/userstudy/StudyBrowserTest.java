package io.flowmap.app.userstudy;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.app.userstudy.Design.Kind;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The page in a headless Chromium; screenshots lie in target/study afterwards. */
class StudyBrowserTest {
    private static final Path PICTURES = Path.of("target/study");
    private static final String READY =
            "!document.getElementById('ask').hidden && !document.getElementById('tie').disabled"
                    + " && shownAt !== null && performance.now() - shownAt > SLIP";

    @TempDir(cleanup = CleanupMode.NEVER) // the browser may still write
    Path folder;

    @Test
    void answersByKeyAndClickAreStoredAlsoWhileTheServerIsAway() throws Exception {
        var study = SmallStudy.plan(2, 3, 6);
        int questions = study.plan().questions(1).size();
        var path = folder.resolve("served.jsonl");
        try (var browser = Chromium.start(folder.resolve("profile"))) {
            browser.resize(1200, 800, false);
            int port;
            try (var file = AnswerFile.open(path, study);
                    var server = server(0, study, file)) {
                port = server.port();
                browser.open("http://127.0.0.1:" + port + "/t1/");
                browser.screenshot(PICTURES.resolve("start.png"));
                browser.click("document.getElementById('begin')", false);
                browser.await(READY);
                browser.screenshot(PICTURES.resolve("question.png"));
                browser.press("2");
                browser.await("current === 1 && " + READY);
                browser.click("document.querySelectorAll('#images button')[0]", false);
                browser.await("current === 2 && " + READY);
                browser.press("0");
                browser.await("current === 3 && unsent.size === 0 && " + READY);
                assertThat(file.choices(1)).isEqualTo(Map.of(0, 2, 1, 1, 2, 0));
            }
            browser.press("3");
            browser.await("document.getElementById('state').textContent.includes('not saved yet')");
            browser.screenshot(PICTURES.resolve("away.png"));
            try (var file = AnswerFile.open(path, study);
                    var server = server(port, study, file)) {
                browser.await("unsent.size === 0");
                assertThat(file.choices(1)).containsEntry(3, 3).hasSize(4);
                browser.open("http://127.0.0.1:" + server.port() + "/t1/");
                assertThat(browser.value("document.getElementById('begin').textContent")
                                .asText())
                        .isEqualTo("Go on");
                browser.click("document.getElementById('begin')", false);
                for (int question = 4; question < questions; question++) {
                    browser.await("current === " + question + " && " + READY);
                    browser.press("1");
                }
                browser.await("document.getElementById('thanks').textContent === 'Thank you.'");
                browser.screenshot(PICTURES.resolve("end.png"));
                assertThat(file.choices(1)).hasSize(questions);
            }
        }
    }

    @Test
    void aPhoneAnswersByTouchAndThePageAsAFileSavesAFile() throws Exception {
        var study = SmallStudy.plan(2, 2, 4);
        var questions = study.plan().questions(2);
        var page = folder.resolve("participant-2.html");
        Files.writeString(page, StudyPage.ofFile(study, 2, SmallStudy::png));
        try (var browser = Chromium.start(folder.resolve("profile"))) {
            browser.resize(390, 760, true);
            browser.call("Browser.setDownloadBehavior", Map.of("behavior", "allow", "downloadPath", folder.toString()));
            browser.open(page.toUri().toString());
            browser.screenshot(PICTURES.resolve("phone-start.png"));
            browser.click("document.getElementById('begin')", true);
            for (int question = 0; question < questions.size(); question++) {
                browser.await("current === " + question + " && " + READY);
                if (questions.get(question).kind() == Kind.CHECK) {
                    browser.screenshot(PICTURES.resolve("phone-check.png"));
                }
                browser.click(
                        question == 1
                                ? "document.getElementById('tie')"
                                : "document.querySelectorAll('#images button')[" + question % 2 + "]",
                        true);
            }
            browser.await("document.getElementById('thanks').textContent === 'Thank you.'");
            browser.screenshot(PICTURES.resolve("phone-end.png"));
            browser.click("document.querySelector('#save button')", true);
            var saved = folder.resolve("answers-2.jsonl");
            for (int i = 0; i < 200 && !Files.exists(saved); i++) {
                Thread.sleep(50);
            }
            var answers = new Answers(study);
            answers.read(saved.toString(), Files.readAllBytes(saved));
            assertThat(answers.choices(2))
                    .containsEntry(0, 1)
                    .containsEntry(1, 0)
                    .containsEntry(2, 1)
                    .hasSize(6);
            assertThat(new HashSet<>(answers.choices(2).values())).containsExactlyInAnyOrder(0, 1, 2);
        }
    }

    private static StudyServer server(int port, Plan.Stored study, AnswerFile file) {
        return new StudyServer(
                new InetSocketAddress("127.0.0.1", port), study, SmallStudy.tokens(2), SmallStudy::png, file, () -> {});
    }
}
