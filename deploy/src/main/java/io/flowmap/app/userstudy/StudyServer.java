package io.flowmap.app.userstudy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.flowmap.config.Json;
import io.flowmap.file.Store;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a study's page to participants and stores their answers. Below the address {@code /TOKEN/} lie a participant's page, the pictures
 * of its questions, and {@code answer}, which takes an {@link Answer} by POST and confirms it when it is on the disk. It keeps no log of who
 * asked, sets no cookie, and knows of a participant nothing but the token.
 */
final class StudyServer implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(StudyServer.class);
    private static final int THREADS = 32;
    private static final int LONGEST_ANSWER = 4096;
    private static final int OK = 200;
    private static final int BAD = 400;
    private static final int MISSING = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int FAILED = 500;
    private static final String TEXT = "text/plain; charset=utf-8";

    private final Plan.Stored study;
    private final Map<String, Integer> tokens;
    private final IntFunction<byte[]> pictures;
    private final AnswerFile answers;
    private final Runnable answered;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    /**
     * Starts the server.
     *
     * @param tokens participants by token
     * @param pictures PNG files by number
     * @param answered called after each new answer, by one thread at a time
     */
    StudyServer(
            InetSocketAddress address,
            Plan.Stored study,
            Map<String, Integer> tokens,
            IntFunction<byte[]> pictures,
            AnswerFile answers,
            Runnable answered) {
        this.study = study;
        this.tokens = Map.copyOf(tokens);
        this.pictures = pictures;
        this.answers = answers;
        this.answered = answered;
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw Store.failure("cannot serve at " + address.getHostString() + ":" + address.getPort(), e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    /** The port that it listens at. */
    int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                reply(exchange);
            } catch (IOException | RuntimeException e) {
                LOG.error("study answered=no reason=\"{}\"", String.valueOf(e.getMessage()), e);
                if (exchange.getResponseCode() < 0) {
                    send(exchange, FAILED, TEXT, "The server failed. Please try again.");
                }
            }
        }
    }

    private void reply(HttpExchange exchange) throws IOException {
        var parts = exchange.getRequestURI().getPath().substring(1).split("/", 2);
        var participant = tokens.get(parts[0]);
        if (participant == null) {
            send(exchange, MISSING, TEXT, "There is nothing here. Please open the whole link that you were given.");
            return;
        }
        var rest = parts.length == 2 ? parts[1] : null;
        boolean post = exchange.getRequestMethod().equals("POST");
        if (rest == null) {
            exchange.getResponseHeaders().set("Location", "/" + parts[0] + "/");
            send(exchange, 308, TEXT, "");
        } else if (rest.equals("answer") && post) {
            take(exchange, participant);
        } else if (post || !exchange.getRequestMethod().equals("GET")) {
            send(exchange, NOT_ALLOWED, TEXT, "Only pages can be read here.");
        } else if (rest.isEmpty()) {
            send(
                    exchange,
                    OK,
                    "text/html; charset=utf-8",
                    StudyPage.ofServer(study, participant, answers.choices(participant)));
        } else {
            sendPicture(exchange, participant, rest);
        }
    }

    private void sendPicture(HttpExchange exchange, int participant, String name) throws IOException {
        var number = name.matches("images/\\d{1,9}\\.png")
                ? Integer.parseInt(name.substring("images/".length(), name.length() - ".png".length()))
                : -1;
        boolean theirs = study.plan().questions(participant).stream()
                .anyMatch(question -> question.pictures().contains(number));
        if (theirs) {
            exchange.getResponseHeaders().set("Cache-Control", "private, max-age=86400");
            send(exchange, OK, "image/png", pictures.apply(number));
        } else {
            send(exchange, MISSING, TEXT, "There is no such image in your questions.");
        }
    }

    private void take(HttpExchange exchange, int participant) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(LONGEST_ANSWER + 1);
        try {
            if (body.length > LONGEST_ANSWER) {
                throw new IllegalArgumentException("expected an answer of at most " + LONGEST_ANSWER + " bytes");
            }
            var answer = Json.mapper().readValue(body, Answer.class);
            if (answer == null || answer.participant() != participant) {
                throw new IllegalArgumentException("expected an answer of the token's participant");
            }
            answer.requireFits(study);
            if (answers.append(answer)) {
                tell();
            }
            send(exchange, OK, TEXT, "stored");
        } catch (JsonProcessingException e) {
            send(exchange, BAD, TEXT, "expected an answer: " + Json.complaint(e));
        } catch (IllegalArgumentException e) {
            send(exchange, BAD, TEXT, e.getMessage());
        }
    }

    private synchronized void tell() {
        answered.run();
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        send(exchange, status, type, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] bytes) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("X-Frame-Options", "DENY");
        headers.putIfAbsent("Cache-Control", List.of("no-store"));
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Stops after requests that are being answered, within a second. */
    @Override
    public void close() {
        server.stop(1);
        threads.shutdown();
    }
}
