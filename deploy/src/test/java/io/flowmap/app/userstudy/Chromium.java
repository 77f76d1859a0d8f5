package io.flowmap.app.userstudy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.config.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A headless Chromium with one page, driven by its DevTools protocol. */
public final class Chromium implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final int SECONDS = 30;

    private final Process process;
    private final WebSocket socket;
    private final BlockingQueue<JsonNode> replies = new LinkedBlockingQueue<>();
    private int calls;

    private Chromium(Process process, URI page) {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(page, new Listener())
                .join();
    }

    /** Starts the browser; skips the test where there is none. */
    public static Chromium start(Path profile) throws Exception {
        var program = Arrays.stream(System.getenv("PATH").split(":"))
                .flatMap(dir -> NAMES.stream().map(name -> Path.of(dir, name)))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(program.isPresent(), "there is no Chromium on the PATH");
        var process = new ProcessBuilder(
                        program.get().toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return new Chromium(process, page(profile.resolve("DevToolsActivePort")));
        } catch (Exception e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static URI page(Path file) throws IOException, InterruptedException {
        for (int i = 0; i < 10 * SECONDS; i++) {
            if (Files.exists(file) && Files.readAllLines(file).size() == 2) {
                var list = URI.create(
                        "http://127.0.0.1:" + Files.readAllLines(file).get(0) + "/json/list");
                var body = HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(list).build(), BodyHandlers.ofString())
                        .body();
                for (var target : Json.mapper().readTree(body)) {
                    if (target.path("type").asText().equals("page")) {
                        return URI.create(target.path("webSocketDebuggerUrl").asText());
                    }
                }
            }
            Thread.sleep(100);
        }
        throw new IOException("Chromium has opened no page");
    }

    /** Calls a method of the protocol and returns its result. */
    public JsonNode call(String method, Map<String, ?> parameters) throws InterruptedException {
        ObjectNode message = Json.mapper().createObjectNode().put("id", ++calls).put("method", method);
        message.set("params", Json.mapper().valueToTree(parameters));
        socket.sendText(message.toString(), true).join();
        while (true) {
            var reply = replies.poll(SECONDS, TimeUnit.SECONDS);
            if (reply == null || reply.has("error")) {
                throw new IllegalStateException(method + " failed: " + reply);
            }
            if (reply.path("id").asInt() == calls) {
                return reply.path("result");
            }
        }
    }

    public void open(String address) throws InterruptedException {
        call("Page.navigate", Map.of("url", address));
        await("document.readyState === 'complete' && location.href.startsWith('" + address.substring(0, 5) + "')");
    }

    /** Size of the window in CSS pixels; a narrow one is a phone's, with touch. */
    public void resize(int width, int height, boolean phone) throws InterruptedException {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", phone));
        call("Emulation.setTouchEmulationEnabled", Map.of("enabled", phone));
    }

    /** Value of an expression. */
    public JsonNode value(String expression) throws InterruptedException {
        var result = call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + result.path("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    /** Waits until an expression is true. */
    public void await(String expression) throws InterruptedException {
        for (int i = 0; i < 20 * SECONDS; i++) {
            if (value(expression).asBoolean()) {
                return;
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException("has not become true: " + expression + " on the page "
                + value("document.body.innerText").asText());
    }

    public void press(String key) throws InterruptedException {
        for (var type : List.of("keyDown", "keyUp")) {
            call("Input.dispatchKeyEvent", Map.of("type", type, "key", key));
        }
    }

    /** Clicks, or on a phone taps, the middle of the element that an expression gives. */
    public void click(String element, boolean tap) throws InterruptedException {
        var box = value("(e => { e.scrollIntoView(); const r = e.getBoundingClientRect();"
                + " return [r.x + r.width / 2, r.y + r.height / 2]; })(" + element + ")");
        double x = box.get(0).asDouble();
        double y = box.get(1).asDouble();
        if (tap) {
            call(
                    "Input.dispatchTouchEvent",
                    Map.of("type", "touchStart", "touchPoints", List.of(Map.of("x", x, "y", y))));
            call("Input.dispatchTouchEvent", Map.of("type", "touchEnd", "touchPoints", List.of()));
        } else {
            for (var type : List.of("mousePressed", "mouseReleased")) {
                call(
                        "Input.dispatchMouseEvent",
                        Map.of("type", type, "x", x, "y", y, "button", "left", "clickCount", 1));
            }
        }
    }

    public void screenshot(Path file) throws IOException, InterruptedException {
        Files.createDirectories(file.getParent());
        var data = call("Page.captureScreenshot", Map.of("format", "png"))
                .path("data")
                .asText();
        Files.write(file, Base64.getDecoder().decode(data));
    }

    @Override
    public void close() throws InterruptedException {
        socket.abort();
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    replies.add(Json.mapper().readTree(text.toString()));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }
    }
}
