package io.flowmap.page;

import java.util.Base64;
import java.util.List;

/** Text and images as HTML. */
public final class Html {
    private Html() {}

    /** Escapes any text for use as character data or as a quoted attribute value. */
    public static String text(Object text) {
        var escaped = new StringBuilder();
        String.valueOf(text).codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(Character.isISOControl(c) && c != '\n' && c != '\t' ? '\ufffd' : c);
            }
        });
        return escaped.toString();
    }

    /** An image as a data URI. Its size is given, so that the page does not move while it loads. */
    public static String image(PngImage image, String description) {
        return "<img alt=\"" + text(description) + "\" width=\"" + image.width() + "\" height=\"" + image.height()
                + "\" src=\"data:image/png;base64," + Base64.getEncoder().encodeToString(image.png()) + "\">";
    }

    /**
     * A table in its own box, which scrolls if the page is narrower.
     *
     * @param caption what the table shows, with units and the meaning of the arrows in the column headers
     * @param rows rows of cells, escaped here. The first row is the header; ↓ and ↑ in it mean that lower or higher is better. The first
     *     cell of every other row is its name.
     * @param firstNumber first of the columns that are aligned right
     */
    public static String table(String caption, List<List<String>> rows, int firstNumber) {
        var html = new StringBuilder("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
        html.append(text(caption))
                .append("\"><table><caption>")
                .append(text(caption))
                .append("</caption>");
        for (int row = 0; row < rows.size(); row++) {
            html.append(row == 0 ? "<thead><tr>" : "<tr>");
            for (int column = 0; column < rows.get(row).size(); column++) {
                var cell = rows.get(row).get(column);
                var tag = row == 0 || column == 0 ? "th" : "td";
                html.append('<').append(tag);
                html.append(row == 0 ? " scope=\"col\"" : column == 0 ? " scope=\"row\"" : "");
                html.append(column >= firstNumber ? " class=\"number\">" : ">");
                html.append(row == 0 ? head(cell) : text(cell))
                        .append("</")
                        .append(tag)
                        .append('>');
            }
            html.append(row == 0 ? "</tr></thead><tbody>" : "</tr>");
        }
        return html.append("</tbody></table></div>").toString();
    }

    /** A header cell, with arrows that screen readers speak in words. */
    private static String head(String cell) {
        return text(cell).replace("↓", spoken("↓", "lower is better")).replace("↑", spoken("↑", "higher is better"));
    }

    private static String spoken(String sign, String words) {
        return "<abbr title=\"" + words + "\"><span aria-hidden=\"true\">" + sign + "</span><span class=\"unseen\">, "
                + words + "</span></abbr>";
    }
}
