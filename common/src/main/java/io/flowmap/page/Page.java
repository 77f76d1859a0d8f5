package io.flowmap.page;

import io.flowmap.file.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/**
 * Builder of an HTML page, section by section. The result is one file that loads nothing. It supports screens of any width, dark mode,
 * print and screen readers.
 */
public final class Page {
    /** Number of sections from which a page gets a table of contents. */
    private static final int LONG = 4;

    private static final String TOP = "content";

    private final StringBuilder introduction = new StringBuilder();
    private final StringBuilder contents = new StringBuilder();
    private final StringBuilder body = new StringBuilder();
    private final String title;
    private final String subtitle;
    private int sections;
    private String style = style();
    private String script = "";

    /**
     * Begins a page.
     *
     * @param title headline
     * @param subtitle a line below it
     */
    public Page(String title, String subtitle) {
        this.title = title;
        this.subtitle = subtitle;
    }

    /** Adds a paragraph between headline and sections. It starts with its topic in bold. */
    public Page introduction(String topic, String text) {
        introduction.append("<p><strong>").append(Html.text(topic)).append(".</strong> ");
        introduction.append(Html.text(text)).append("</p>");
        return this;
    }

    /** Shows the command that made the page, below the introduction; nothing if the command is empty. */
    public Page command(String command) {
        if (!command.isEmpty()) {
            introduction.append("<p><strong>The command.</strong></p><pre>");
            introduction.append(Html.text(command)).append("</pre>");
        }
        return this;
    }

    /** Adds a section: a heading, a short explanation, and HTML produced by this package. */
    public Page section(String heading, String explanation, String html) {
        sections++;
        var id = sections + "-" + heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "-");
        contents.append("<li><a href=\"#")
                .append(id)
                .append("\">")
                .append(Html.text(heading))
                .append("</a></li>");
        body.append("<section aria-labelledby=\"")
                .append(id)
                .append("\"><h2 id=\"")
                .append(id)
                .append("\">");
        body.append(Html.text(heading)).append("</h2>");
        if (!explanation.isEmpty()) {
            body.append("<p class=\"note\">").append(Html.text(explanation)).append("</p>");
        }
        body.append(html).append("</section>");
        return this;
    }

    /** Adds style and behaviour of a section's HTML. The page may run this one script only. */
    public Page interactive(String css, String javascript) {
        style += css;
        script += javascript;
        return this;
    }

    /** The complete document. */
    public String html() {
        return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\""
                + " content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">"
                + "<meta http-equiv=\"Content-Security-Policy\""
                + " content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'" + allowed() + "\"><title>"
                + Html.text(title) + "</title><style>" + style + "</style></head><body>" + skip() + "<header><h1>"
                + Html.text(title)
                + "</h1><p>" + Html.text(subtitle) + "</p></header>" + navigation() + "<main id=\"" + TOP
                + "\" tabindex=\"-1\">"
                + (introduction.isEmpty() ? "" : "<div class=\"introduction\">" + introduction + "</div>") + body
                + "</main>" + (script.isEmpty() ? "" : "<script>" + script + "</script>") + "</body></html>\n";
    }

    /** Allows the page's script by its hash, as a further directive of the page's policy. */
    private String allowed() {
        return script.isEmpty()
                ? ""
                : "; script-src 'sha256-"
                        + Base64.getEncoder()
                                .encodeToString(Sha256.digest().digest(script.getBytes(StandardCharsets.UTF_8)))
                        + "'";
    }

    private String skip() {
        return sections < LONG ? "" : "<a class=\"skip\" href=\"#" + TOP + "\">Skip to the content</a>";
    }

    private String navigation() {
        return sections < LONG ? "" : "<nav aria-label=\"Contents\"><ul>" + contents + "</ul></nav>";
    }

    /** The style sheet for everything that this package draws. */
    static String style() {
        return resource("report.css");
    }

    /** A file of this package as text. */
    static String resource(String name) {
        try (var in = Page.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
