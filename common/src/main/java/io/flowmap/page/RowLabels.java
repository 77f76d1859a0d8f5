package io.flowmap.page;

import java.awt.AWTError;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.GraphicsEnvironment;
import java.awt.RenderingHints;
import java.awt.font.FontRenderContext;
import java.awt.font.LineBreakMeasurer;
import java.awt.font.TextAttribute;
import java.awt.font.TextLayout;
import java.awt.image.BufferedImage;
import java.text.AttributedString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Texts that stand left of the rows of a grid, broken into lines.
 *
 * @param lines of each row
 * @param width of the column of texts, 0 without texts
 */
record RowLabels(List<List<TextLayout>> lines, int width) {
    private static final Logger LOG = LoggerFactory.getLogger(RowLabels.class);
    private static final int PADDING = 6;
    private static final int SMALLEST = 11;
    private static final int LARGEST = 20;
    private static final int LINES = 16;
    /** Width of the column in units of the font's size: some 32 letters. */
    private static final int UNITS = 17;

    /** Breaks texts into lines that fit a row of this height. */
    static RowLabels of(List<String> texts, int height) {
        int size = Math.max(SMALLEST, Math.min(LARGEST, height / LINES));
        try {
            GraphicsEnvironment.getLocalGraphicsEnvironment();
            var font = new Font(Font.SANS_SERIF, Font.PLAIN, size);
            var labels = new ArrayList<List<TextLayout>>();
            for (var text : texts) {
                labels.add(lines(text, font, height));
            }
            return new RowLabels(labels, UNITS * size + 2 * PADDING);
        } catch (RuntimeException | LinkageError | InternalError | AWTError e) { // whatever a JVM without fonts throws
            LOG.warn("grids=\"without texts\" because=\"no fonts: {}\"", e.toString());
            return new RowLabels(List.of(), 0);
        }
    }

    private static List<TextLayout> lines(String text, Font font, int height) {
        var context = new FontRenderContext(null, true, true);
        var plain = text.replaceAll("\\s+", " ").strip();
        var lines = new ArrayList<TextLayout>();
        if (plain.isEmpty()) {
            return lines;
        }
        float width = UNITS * font.getSize();
        var measurer = new LineBreakMeasurer(attributed(plain, font).getIterator(), context);
        float left = height;
        while (measurer.getPosition() < plain.length()) {
            int start = measurer.getPosition();
            var line = measurer.nextLayout(width);
            left -= advance(line);
            if (left < advance(line) && measurer.getPosition() < plain.length()) {
                lines.add(ended(plain.substring(start), font, context, width));
                return lines;
            }
            lines.add(line);
        }
        return lines;
    }

    /** A line that ends in an ellipsis. */
    private static TextLayout ended(String rest, Font font, FontRenderContext context, float width) {
        int end = rest.length();
        var line = new TextLayout(attributed(rest.substring(0, end) + "…", font).getIterator(), context);
        while (line.getAdvance() > width && end > 0) {
            end--;
            line = new TextLayout(
                    attributed(rest.substring(0, end).stripTrailing() + "…", font)
                            .getIterator(),
                    context);
        }
        return line;
    }

    private static AttributedString attributed(String text, Font font) {
        return new AttributedString(text, Map.of(TextAttribute.FONT, font));
    }

    private static float advance(TextLayout line) {
        return line.getAscent() + line.getDescent() + line.getLeading();
    }

    /** Draws the texts, each centred on its row. */
    void draw(BufferedImage image, int rowHeight) {
        if (lines.isEmpty()) {
            return;
        }
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.BLACK);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        for (int row = 0; row < lines.size(); row++) {
            double height =
                    lines.get(row).stream().mapToDouble(RowLabels::advance).sum();
            double y = row * rowHeight + Math.max(0, (rowHeight - height) / 2);
            for (var line : lines.get(row)) {
                line.draw(graphics, PADDING, (float) (y + line.getAscent()));
                y += advance(line);
            }
        }
        graphics.dispose();
    }
}
