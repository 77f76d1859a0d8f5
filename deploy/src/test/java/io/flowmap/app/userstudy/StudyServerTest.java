package io.flowmap.app.userstudy;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.app.ForkedJvm;
import io.flowmap.config.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyServerTest {
    private static final int PARTICIPANTS = 20;

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void aParticipantSeesOwnPageAndPicturesAndNothingElse() throws Exception {
        var study = SmallStudy.plan(2, 2, 4);
        try (var file = AnswerFile.open(folder.resolve("served.jsonl"), study);
                var server = server(study, file)) {
            var home = "http://127.0.0.1:" + server.port();
            assertThat(get(home + "/").statusCode()).isEqualTo(404);
            assertThat(get(home + "/t3/").statusCode()).isEqualTo(404);
            assertThat(get(home + "/t1").headers().firstValue("Location")).hasValue("/t1/");
            var page = get(home + "/t1/");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().map()).doesNotContainKey("set-cookie");
            assertThat(page.body())
                    .contains("A study of drawings", "\\u003cthing> & number")
                    .doesNotContain("http://", "https://", "green", "scrambled");
            int theirs = study.plan().questions(1).get(0).pictures().get(0);
            assertThat(get(home + "/t1/images/" + theirs + ".png").statusCode()).isEqualTo(200);
            assertThat(get(home + "/t1/images/999.png").statusCode()).isEqualTo(404);
            assertThat(get(home + "/t1/images/../../plan.json").statusCode()).isEqualTo(404);
            assertThat(post(home + "/t1/answer", new Answer(study.hash(), 1, 0, 2, 900))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(post(home + "/t1/answer", new Answer(study.hash(), 2, 0, 2, 900))
                            .body())
                    .contains("expected an answer of the token's participant");
            assertThat(post(home + "/t1/answer", new Answer(study.hash(), 1, 99, 2, 900))
                            .statusCode())
                    .isEqualTo(400);
            assertThat(post(home + "/t1/answer", new Answer("old", 1, 1, 2, 900))
                            .body())
                    .contains("expected answers to the plan");
            assertThat(get(home + "/t1/").body()).contains("\"answered\":{\"0\":2}");
            assertThat(get(home + "/t2/").body()).contains("\"answered\":{}");
        }
        assertThat(Files.readAllLines(folder.resolve("served.jsonl")))
                .containsExactly("{\"plan\":\"" + study.hash()
                        + "\",\"participant\":1,\"question\":0,\"choice\":2,\"millis\":900}");
    }

    /** Everybody answers at once, and tries again until an answer is confirmed, while the server is killed three times. */
    @Test
    void twentyParticipantsLoseNoAnswerWhenTheServerIsKilled() throws Exception {
        var study = SmallStudy.plan(PARTICIPANTS, 3, 10);
        int each = study.plan().questions(1).size();
        var file = folder.resolve("served.jsonl");
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        var confirmed = new AtomicInteger();
        var pool = Executors.newFixedThreadPool(PARTICIPANTS);
        var server = start(port, file);
        try {
            var people = new ArrayList<Future<?>>();
            for (int participant = 1; participant <= PARTICIPANTS; participant++) {
                people.add(pool.submit(participant(port, study.hash(), participant, each, confirmed)));
            }
            for (int kill = 1; kill <= 3; kill++) {
                while (confirmed.get() < kill * PARTICIPANTS * each / 4) {
                    Thread.sleep(2);
                }
                server.destroyForcibly().waitFor();
                server = start(port, file);
            }
            for (var one : people) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
            server.destroyForcibly().waitFor();
        }
        var answers = new Answers(study);
        answers.read("served.jsonl", Files.readAllBytes(file));
        assertThat(answers.count()).isEqualTo(PARTICIPANTS * each);
        for (int participant = 1; participant <= PARTICIPANTS; participant++) {
            for (int question = 0; question < each; question++) {
                assertThat(answers.answer(participant, question).choice()).isEqualTo(choice(participant, question));
            }
        }
        System.out.println(PARTICIPANTS * each + " answers of " + PARTICIPANTS
                + " participants, server killed 3 times, " + answers.unreadable() + " unfinished lines");
    }

    private Callable<Void> participant(int port, String plan, int participant, int questions, AtomicInteger confirmed) {
        return () -> {
            for (int question = 0; question < questions; question++) {
                var answer = new Answer(plan, participant, question, choice(participant, question), 1500);
                boolean stored = false;
                while (!stored) {
                    try {
                        stored = post("http://127.0.0.1:" + port + "/t" + participant + "/answer", answer)
                                        .statusCode()
                                == 200;
                    } catch (IOException e) {
                        Thread.sleep(20);
                    }
                }
                confirmed.incrementAndGet();
            }
            return null;
        };
    }

    private static int choice(int participant, int question) {
        return (participant * 7 + question * 3) % 4;
    }

    private static Process start(int port, Path file) throws IOException {
        var command = ForkedJvm.command(ServerProcess.class);
        command.addAll(List.of(Integer.toString(PARTICIPANTS), "3", "10", Integer.toString(port), file.toString()));
        return new ProcessBuilder(command).inheritIO().start();
    }

    private StudyServer server(Plan.Stored study, AnswerFile file) {
        return new StudyServer(
                new InetSocketAddress("127.0.0.1", 0), study, SmallStudy.tokens(2), SmallStudy::png, file, () -> {});
    }

    private HttpResponse<String> get(String address) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String address, Answer answer) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(address))
                .timeout(Duration.ofSeconds(10))
                .POST(BodyPublishers.ofString(Json.mapper().writeValueAsString(answer)))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }
}
