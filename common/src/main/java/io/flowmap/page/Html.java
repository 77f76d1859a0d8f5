package io.flowmap.page;

import java.util.Base64;
import java.util.List;

/** Text and images as HTML. */
public final class Html {
    private Html() {}

    /** Any text as character data or as the value of a quoted attribute. */
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

    /** An image as a data URI, with its size, so that the page does not move while it loads. */
    public static String image(PngImage image, String description) {
        return "<img alt=\"" + text(description) + "\" width=\"" + image.width() + "\" height=\"" + image.height()
                + "\" src=\"data:image/png;base64," + Base64.getEncoder().encodeToString(image.png()) + "\">";
    }

    /** A table; the first row of cells is the head. Cells are escaped here; columns from {@code firstNumber} align right. */
    public static String table(List<List<String>> rows, int firstNumber) {
        var html = new StringBuilder("<div class=\"scroll\"><table>");
        for (int row = 0; row < rows.size(); row++) {
            html.append(row == 0 ? "<thead><tr>" : "<tr>");
            for (int column = 0; column < rows.get(row).size(); column++) {
                var tag = row == 0 ? "th" : "td";
                html.append('<').append(tag).append(column >= firstNumber ? " class=\"number\">" : ">");
                html.append(text(rows.get(row).get(column)))
                        .append("</")
                        .append(tag)
                        .append('>');
            }
            html.append(row == 0 ? "</tr></thead><tbody>" : "</tr>");
        }
        return html.append("</tbody></table></div>").toString();
    }
}
