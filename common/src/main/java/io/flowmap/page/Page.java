package io.flowmap.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The page as it grows, section by section: one file that loads nothing, for screens of any width, in the dark, on paper and read aloud. */
public final class Page {
    /** Sections from which a page has a list of its contents. */
    private static final int LONG = 4;

    private static final String TOP = "content";

    private final StringBuilder introduction = new StringBuilder();
    private final StringBuilder contents = new StringBuilder();
    private final StringBuilder body = new StringBuilder();
    private final String title;
    private final String subtitle;
    private int sections;

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

    /** A paragraph between headline and sections, after a word or two on what it tells. */
    public Page introduction(String topic, String text) {
        introduction.append("<p><strong>").append(Html.text(topic)).append(".</strong> ");
        introduction.append(Html.text(text)).append("</p>");
        return this;
    }

    /** The command that made the page, below the introduction; nothing if it is not known. */
    public Page command(String command) {
        if (!command.isEmpty()) {
            introduction.append("<p><strong>The command.</strong></p><pre>");
            introduction.append(Html.text(command)).append("</pre>");
        }
        return this;
    }

    /** A section with a heading and a sentence or two on what is seen, around HTML made by this package. */
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

    /** The whole document. */
    public String html() {
        return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\""
                + " content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">"
                + "<meta http-equiv=\"Content-Security-Policy\""
                + " content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\"><title>" + Html.text(title)
                + "</title><style>" + style() + "</style></head><body>" + skip() + "<header><h1>" + Html.text(title)
                + "</h1><p>" + Html.text(subtitle) + "</p></header>" + navigation() + "<main id=\"" + TOP
                + "\" tabindex=\"-1\">"
                + (introduction.isEmpty() ? "" : "<div class=\"introduction\">" + introduction + "</div>") + body
                + "</main></body></html>\n";
    }

    private String skip() {
        return sections < LONG ? "" : "<a class=\"skip\" href=\"#" + TOP + "\">Skip to the content</a>";
    }

    private String navigation() {
        return sections < LONG ? "" : "<nav aria-label=\"Contents\"><ul>" + contents + "</ul></nav>";
    }

    /** The style of everything that this package draws. */
    static String style() {
        try (var in = Page.class.getResourceAsStream("report.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
