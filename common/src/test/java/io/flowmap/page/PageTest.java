package io.flowmap.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTest {
    private static final String LIGHT = Page.style().lines().findFirst().orElseThrow();
    private static final String DARK = Page.style().lines().skip(1).findFirst().orElseThrow();

    @Test
    void aLongPageHasLandmarksContentsAndASkipLink() {
        var page = new Page("Title", "below").introduction("What ran", "a < b").command("flowmap demo");
        for (var heading : List.of("One", "Two & more", "Three", "Four")) {
            page.section(heading, "", "<p>text</p>");
        }
        assertThat(page.html())
                .contains("<html lang=\"en\">", "<title>Title</title>", "<a class=\"skip\" href=\"#content\">")
                .contains(
                        "<nav aria-label=\"Contents\">", "<main id=\"content\"", "<pre>flowmap demo</pre>", "a &lt; b")
                .contains("<a href=\"#2-two-more\">Two &amp; more</a>", "<h2 id=\"2-two-more\">Two &amp; more</h2>")
                .containsOnlyOnce("<h1>");
    }

    @Test
    void aShortPageHasNoContents() {
        assertThat(new Page("Title", "below").section("One", "", "").html()).doesNotContain("<nav", "class=\"skip\"");
    }

    @Test
    void aTableHasACaptionMarkedHeadersAndSpokenArrows() {
        assertThat(Html.table("Distances.", List.of(List.of("images of", "FD ↓"), List.of("a & b", "1.0")), 1))
                .isEqualTo(
                        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Distances.\"><table>"
                                + "<caption>Distances.</caption><thead><tr><th scope=\"col\">images of</th>"
                                + "<th scope=\"col\" class=\"number\">FD <abbr title=\"lower is better\"><span aria-hidden=\"true\">↓"
                                + "</span><span class=\"unseen\">, lower is better</span></abbr></th></tr></thead><tbody>"
                                + "<tr><th scope=\"row\">a &amp; b</th><td class=\"number\">1.0</td></tr></tbody></table></div>");
    }

    @Test
    void aChartSaysInWordsWhereItsLinesBeginAndEnd() {
        var line = new LineChart.Series("student", new double[] {1, 2, 4}, new double[] {9, 5, 0.25}, "student", true);
        assertThat(new LineChart("FD", Axis.doubling("steps", line.x()), Axis.linear("", line.y()), List.of(line))
                        .html())
                .contains("role=\"img\" aria-label=\"FD. student: 9 at 1 to 0.25 at 4 steps.\"");
    }

    @Test
    void contrastMatchesItsDefinition() {
        assertThat(contrast("#000000", "#ffffff")).isCloseTo(21, within(1e-9));
        assertThat(contrast("#777777", "#ffffff")).isCloseTo(4.48, within(0.01));
    }

    /** WCAG 2.1, 1.4.3: text needs a contrast of 4.5 to 1. */
    @ParameterizedTest
    @ValueSource(strings = {"ink", "soft", "focus"})
    void textHasContrastInLightAndDarkMode(String name) {
        for (var style : List.of(LIGHT, DARK)) {
            var colours = colours(style);
            assertThat(contrast(colours.get(name), colours.get("paper")))
                    .as(style)
                    .isGreaterThan(4.5);
        }
    }

    /** WCAG 2.1, 1.4.11: graphics need a contrast of 3 to 1. */
    @ParameterizedTest
    @ValueSource(strings = {"student", "teacher", "floor", "bin2", "bin3", "bin4", "c2", "c3", "c4", "c6", "c7", "c8"})
    void linesHaveContrastInLightAndDarkMode(String name) {
        for (var style : List.of(LIGHT, DARK)) {
            var colours = colours(style);
            assertThat(contrast(colours.get(name), colours.get("paper")))
                    .as(style)
                    .isGreaterThan(3);
        }
    }

    private static Map<String, String> colours(String style) {
        var colours = new HashMap<String, String>();
        var colour = Pattern.compile("--(\\w+): (#\\w+);").matcher(style);
        while (colour.find()) {
            var hex = colour.group(2);
            colours.put(colour.group(1), hex.length() == 4 ? hex.replaceAll("(\\w)", "$1$1") : hex);
        }
        return colours;
    }

    private static double contrast(String a, String b) {
        double lighter = Math.max(luminance(a), luminance(b));
        double darker = Math.min(luminance(a), luminance(b));
        return (lighter + 0.05) / (darker + 0.05);
    }

    private static double luminance(String colour) {
        int rgb = Integer.parseInt(colour.substring(1), 16);
        return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255);
    }

    private static double linear(int channel) {
        double c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }
}
