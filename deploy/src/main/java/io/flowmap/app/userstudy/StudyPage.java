package io.flowmap.app.userstudy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.config.Json;
import io.flowmap.file.Sha256;
import io.flowmap.page.Html;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The page on which a participant answers, with script and style in it. It loads nothing but the study's pictures, from the server that it
 * came from, or from itself.
 */
final class StudyPage {
    private static final String SCRIPT = resource("study.js");
    private static final String STYLE = resource("study.css");

    private StudyPage() {}

    /**
     * The page of a server, which has pictures at {@code images/NUMBER.png} and takes answers at {@code answer}.
     *
     * @param answered choices by question that the server has already
     */
    static String ofServer(Plan.Stored study, int participant, Map<Integer, Integer> answered) {
        var data = data(study, participant, number -> "images/" + number + ".png");
        data.put("answer", "answer");
        data.set("answered", Json.mapper().valueToTree(answered));
        return html(study, data);
    }

    /**
     * The page as a file that holds its pictures and saves the answers to a file.
     *
     * @param png the picture of a number
     */
    static String ofFile(Plan.Stored study, int participant, IntFunction<byte[]> png) {
        var encoded = new HashMap<Integer, String>();
        var data = data(
                study,
                participant,
                number -> encoded.computeIfAbsent(
                        number,
                        key -> "data:image/png;base64," + Base64.getEncoder().encodeToString(png.apply(key))));
        data.putObject("answered");
        return html(study, data);
    }

    private static ObjectNode data(Plan.Stored study, int participant, IntFunction<String> address) {
        var plan = study.plan();
        var data = Json.mapper().createObjectNode();
        data.put("plan", study.hash()).put("participant", participant).put("compared", plan.compared());
        var questions = data.putArray("questions");
        for (var question : plan.questions(participant)) {
            var asked = questions.addObject().put("prompt", plan.prompt(question));
            var images = asked.putArray("images");
            question.pictures().forEach(number -> images.add(address.apply(number)));
        }
        return data;
    }

    private static String html(Plan.Stored study, ObjectNode data) {
        var plan = study.plan();
        // "<" would end the element early if a prompt held "</script>"
        var json = data.toString().replace("<", "\\u003c");
        return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\""
                + " content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">"
                + "<meta name=\"referrer\" content=\"no-referrer\">"
                + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' data:;"
                + " connect-src 'self'; script-src 'sha256-" + sha256(SCRIPT) + "'; style-src 'sha256-" + sha256(STYLE)
                + "'\"><link rel=\"icon\" href=\"data:,\"><title>" + Html.text(plan.title()) + "</title><style>" + STYLE
                + "</style></head><body><main><h1>" + Html.text(plan.title()) + "</h1><noscript>This page needs"
                + " JavaScript.</noscript><section id=\"start\" hidden><p>You will see "
                + plan.questions(data.path("participant").asInt()).size() + " groups of " + words(plan.compared())
                + " images. Each time:</p><p class=\"question\">" + Html.text(plan.question()) + "</p><ul>"
                + "<li>Choose an image with a click, a tap, or its number on the keyboard"
                + (plan.compared() == 2 ? " (or the arrows left and right)" : "") + ".</li>"
                + "<li>If you cannot say, choose “None is better” (0 on the keyboard).</li>"
                + "<li>An answer cannot be changed. You may stop at any time and go on later with the same page.</li>"
                + "<li>Only your choices and the time of each are stored, nothing about you.</li></ul>"
                + "<button id=\"begin\" class=\"main\">Begin</button></section>"
                + "<section id=\"ask\" hidden><h2 id=\"question\" tabindex=\"-1\">" + Html.text(plan.question())
                + "</h2><p id=\"prompt\"></p><div id=\"images\" class=\"of" + plan.compared() + "\"></div>"
                + "<p class=\"below\"><button id=\"tie\">None is better<kbd>0</kbd></button></p></section>"
                + "<section id=\"end\" hidden><h2 id=\"thanks\" tabindex=\"-1\"></h2><p id=\"told\"></p></section>"
                + "<p id=\"save\" hidden><button class=\"main\">Save the answers as a file</button></p>"
                + "<footer><progress id=\"bar\" aria-label=\"answered\"></progress><span id=\"count\"></span>"
                + "<span id=\"state\" role=\"status\"></span></footer></main><script type=\"application/json\""
                + " id=\"study\">" + json + "</script><script>" + SCRIPT + "</script></body></html>\n";
    }

    private static String words(int compared) {
        return compared == 2 ? "two" : "three";
    }

    private static String sha256(String text) {
        return Base64.getEncoder().encodeToString(Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String resource(String name) {
        try (var in = StudyPage.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
