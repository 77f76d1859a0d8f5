package io.flowmap.app.lab;

import io.flowmap.file.AtomicFile;
import io.flowmap.page.LineChart;
import io.flowmap.page.PngImage;
import io.flowmap.stage.StageOutput;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.Path;

/** The files that a study leaves in its stage: a table, a page, plots or pictures. */
public final class LabPage {
    /** The table, as text. */
    public static final String TABLE = "table.md";
    /** The page. */
    public static final String FILE = "report.html";

    private LabPage() {}

    /** The table that is printed when the job ends. */
    public static void table(StageOutput output, String text) {
        text(output, TABLE, text);
    }

    /** The page. */
    public static void page(StageOutput output, String html) {
        text(output, FILE, html);
    }

    /** A plot as an SVG file. */
    public static void plot(StageOutput output, String name, LineChart chart) {
        text(output, name + ".svg", chart.svg());
    }

    /** A picture as the PNG file of that name. */
    static void picture(StageOutput output, String name, PngImage picture) {
        write(output, name, picture.png());
    }

    /** A text file of that name. */
    public static void text(StageOutput output, String name, String text) {
        write(output, name, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(StageOutput output, String name, byte[] bytes) {
        AtomicFile.write(output.fileSystem(), new Path(output.dir(), name), bytes);
    }
}
