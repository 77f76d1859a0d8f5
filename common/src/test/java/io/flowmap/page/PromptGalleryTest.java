package io.flowmap.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.data.LatentShape;
import io.flowmap.file.Sha256;
import io.flowmap.page.PromptGallery.Key;
import io.flowmap.page.PromptGallery.Picture;
import io.flowmap.page.PromptGallery.Text;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PromptGalleryTest {
    private static final LatentShape SHAPE = new LatentShape(1, 2, 3);

    @Test
    void everyPictureStandsInTheRowOfItsSeedAndModelAndTheColumnOfItsSteps() {
        var html = page(List.of(new Text(0, "a <b>red</b> \"cube\"", "colours"), new Text(7, "größer 東京", null)));
        assertThat(html)
                .contains("a &lt;b&gt;red&lt;/b&gt; &quot;cube&quot; <small>colours</small>", "größer 東京")
                .contains("<span class=\"place\">1</span>", "<span class=\"place\">8</span>")
                .doesNotContain("<b>red");
        assertThat(count(html, "<img alt=\"student, 1 step, seed 2\"")).isEqualTo(2);
        assertThat(count(html, "<img ")).isEqualTo(2 * 2 * 2 * 2);
        assertThat(count(html, "<tr class=\"model1 guidance0 seed1\">")).isEqualTo(2);
        assertThat(html.indexOf("class=\"model1 guidance0 seed0\""))
                .isLessThan(html.indexOf("class=\"model0 guidance0 seed1\""));
    }

    @Test
    void onlyItsOwnScriptMayRunAndNothingIsLoaded() {
        var html = page(List.of(new Text(0, "x", null)));
        var script = html.substring(html.indexOf("<script>") + 8, html.indexOf("</script>"));
        var hash = Base64.getEncoder().encodeToString(Sha256.digest().digest(script.getBytes(StandardCharsets.UTF_8)));
        assertThat(html).contains("default-src 'none'", "script-src 'sha256-" + hash + "'");
        assertThat(Pattern.compile("(src|href)=\"(?!data:)[^\"]*").matcher(html).find())
                .isFalse();
    }

    @Test
    void thumbnailsHaveTheMeanOfThePixelsTheyCover() throws IOException {
        var pixels = new byte[] {0, 100, 10, 20, (byte) 200, 100, 30, 40};
        var small = PngImage.thumbnail(pixels, new LatentShape(1, 2, 4), 2);
        assertThat(List.of(small.width(), small.height())).containsExactly(2, 1);
        var image = read(small);
        assertThat(image.getRGB(0, 0) & 0xff).isEqualTo(100);
        assertThat(image.getRGB(1, 0) & 0xff).isEqualTo(25);
        assertThat(PngImage.thumbnail(pixels, new LatentShape(1, 2, 4), 4).width())
                .isEqualTo(4);
        var odd = read(PngImage.thumbnail(new byte[] {0, 90, 60}, new LatentShape(1, 1, 3), 2));
        assertThat(odd.getRGB(0, 0) & 0xff).isEqualTo(45);
        assertThat(odd.getRGB(1, 0) & 0xff).isEqualTo(75);
    }

    /** Pictures are black, so that dark pixels left of them are letters. */
    @Test
    void aRowOfAGridHasItsTextAtItsLeft() throws IOException {
        var shape = new LatentShape(1, 64, 64);
        var row = List.of(new byte[shape.size()], new byte[shape.size()]);
        var words = "a word of a text that is much too long to stand beside a picture of this height, ".repeat(9);
        var image = read(PngImage.captioned(List.of("", "größer", words), List.of(row, row, row), shape, 1));
        assertThat(image.getHeight()).isEqualTo(3 * 66 - 2);
        int left = image.getWidth() - 2 * 66 + 2;
        assertThat(dark(image, left, 0)).isZero();
        assertThat(dark(image, left, 1)).isBetween(20, 300);
        assertThat(dark(image, left, 2)).isGreaterThan(3 * dark(image, left, 1));
        for (int gap = 0; gap < 2; gap++) {
            assertThat(image.getRGB(left / 2, gap * 66 + 65) & 0xff)
                    .as("text stays in its row")
                    .isEqualTo(255);
        }
        assertThat(image.getRGB(left, 0) & 0xff).isZero();
        assertThat(image.getRGB(image.getWidth() - 1, 10) & 0xff).isZero();
    }

    private static int dark(BufferedImage image, int left, int row) {
        int dark = 0;
        for (int y = row * 66; y < row * 66 + 64; y++) {
            for (int x = 0; x < left - 2; x++) {
                dark += (image.getRGB(x, y) & 0xff) < 128 ? 1 : 0;
            }
        }
        return dark;
    }

    private static String page(List<Text> texts) {
        var pictures = new ArrayList<Picture>();
        for (var text : texts) {
            for (var model : List.of("teacher", "student")) {
                for (int seed = 0; seed < 2; seed++) {
                    for (int steps : List.of(4, 1)) {
                        var image = PngImage.thumbnail(new byte[SHAPE.size()], SHAPE, 8);
                        pictures.add(new Picture(new Key(text.number(), seed, model, 1.5, steps), image));
                    }
                }
            }
        }
        var gallery = new PromptGallery(texts, List.of("teacher", "student"), pictures);
        return gallery.addTo(new Page("Prompts", "run"), "Samples", "").html();
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    private static BufferedImage read(PngImage image) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(image.png()));
    }
}
