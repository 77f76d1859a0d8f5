package io.flowmap.app.lab;

import io.flowmap.file.AtomicFile;
import io.flowmap.page.LineChart;
import io.flowmap.page.PngImage;
import io.flowmap.stage.StageOutput;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.Path;

/** Output files of a study in its stage: a table, a page, plots or pictures. */
public final class LabPage {
    public static final String TABLE = "table.md";
    /** The page. */
    public static final String FILE = "report.html";

    private LabPage() {}

    /** Writes the table that is printed when the job ends. */
    public static void table(StageOutput output, String text) {
        text(output, TABLE, text);
    }

    /** Writes the page. */
    public static void page(StageOutput output, String html) {
        text(output, FILE, html);
    }

    /** Writes a plot as an SVG file. */
    public static void plot(StageOutput output, String name, LineChart chart) {
        text(output, name + ".svg", chart.svg());
    }

    /** Writes a picture as the PNG file of that name. */
    static void picture(StageOutput output, String name, PngImage picture) {
        write(output, name, picture.png());
    }

    /** Writes a text file of that name. */
    public static void text(StageOutput output, String name, String text) {
        write(output, name, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(StageOutput output, String name, byte[] bytes) {
        AtomicFile.write(output.fileSystem(), new Path(output.dir(), name), bytes);
    }
}
