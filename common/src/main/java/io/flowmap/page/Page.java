package io.flowmap.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The page as it grows, section by section. */
public final class Page {
    private final StringBuilder body = new StringBuilder();
    private final String title;

    /**
     * Begins a page.
     *
     * @param title headline
     * @param subtitle a line below it
     */
    public Page(String title, String subtitle) {
        this.title = title;
        body.append("<header><h1>")
                .append(Html.text(title))
                .append("</h1><p>")
                .append(Html.text(subtitle))
                .append("</p></header>");
    }

    /** A section with a heading and a sentence or two on what is seen, around HTML made by this package. */
    public Page section(String heading, String explanation, String html) {
        body.append("<section><h2>").append(Html.text(heading)).append("</h2>");
        if (!explanation.isEmpty()) {
            body.append("<p class=\"note\">").append(Html.text(explanation)).append("</p>");
        }
        body.append(html).append("</section>");
        return this;
    }

    /** The whole document. */
    public String html() {
        return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\""
                + " content=\"width=device-width, initial-scale=1\"><meta http-equiv=\"Content-Security-Policy\""
                + " content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\"><title>" + Html.text(title)
                + "</title><style>" + style() + "</style></head><body><main>" + body + "</main></body></html>\n";
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
