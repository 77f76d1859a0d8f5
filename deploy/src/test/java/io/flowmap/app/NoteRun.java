package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.zeppelin.display.GUI;
import org.apache.zeppelin.interpreter.ZeppelinContext;
import org.apache.zeppelin.notebook.Note;
import org.apache.zeppelin.notebook.Paragraph;
import scala.Console;
import scala.collection.JavaConverters;
import scala.collection.immutable.Nil$;
import scala.tools.nsc.Settings;
import scala.tools.nsc.interpreter.IMain;

/** Runs a note like Zeppelin's Spark interpreter: Scala paragraphs in one REPL with spark and z, SQL through the session. */
final class NoteRun implements AutoCloseable {
    private static final String HTML = "%html ";

    /** Output of a paragraph: the text it printed, or the rows of its query. */
    record Output(String title, String text, List<Row> rows) {
        /** The text after %html. */
        String html() {
            assertThat(text).startsWith(HTML);
            return text.substring(HTML.length());
        }
    }

    private final StringWriter echo = new StringWriter();
    private final SparkSession spark;
    private final IMain scala;

    /** @param forms values of the note's forms */
    NoteRun(SparkSession spark, Map<String, Object> forms) {
        this.spark = spark;
        var settings = new Settings();
        var path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var options = List.of("-classpath", path, "-Yrepl-class-based");
        settings.processArguments(JavaConverters.asScalaBuffer(options).toList(), true);
        scala = new IMain(settings, new PrintWriter(echo, true));
        scala.initializeSynchronous();
        bind("spark", SparkSession.class.getName(), spark);
        bind("z", ZeppelinContext.class.getName(), new Forms(forms));
        interpret("import spark.implicits._; import org.apache.spark.sql.functions._");
    }

    /** Runs all paragraphs in order; fails with the interpreter's message if one has an error. */
    List<Output> run(Note note) {
        var outputs = new ArrayList<Output>();
        for (var paragraph : note.getParagraphs()) {
            paragraph.parseText();
            switch (paragraph.getIntpText()) {
                case "md" -> assertThat(paragraph.getScriptText()).startsWith("\n## ");
                case "spark" -> outputs.add(new Output(paragraph.getTitle(), interpret(script(paragraph)), List.of()));
                case "spark.sql" -> outputs.add(new Output(paragraph.getTitle(), "", query(paragraph)));
                default -> throw new AssertionError("no interpreter " + paragraph.getIntpText());
            }
        }
        return outputs;
    }

    /** Output of the code; fails if it does not compile or throws. */
    String interpret(String code) {
        var printed = new ByteArrayOutputStream();
        echo.getBuffer().setLength(0);
        var result = Console.withOut(printed, () -> scala.interpret(code));
        var out = printed.toString(StandardCharsets.UTF_8);
        assertThat(result).as(code + "\n" + echo + out).hasToString("Success");
        return out;
    }

    @Override
    public void close() {
        scala.close();
    }

    /** Writes the output of a note as one page. */
    static void keep(Path file, List<Output> outputs) throws IOException {
        var page = new StringBuilder("<!DOCTYPE html><meta charset=\"utf-8\"><body style=\"font:14px sans-serif\">\n");
        for (var output : outputs) {
            if (output.text.startsWith(HTML)) {
                page.append("<h3>").append(output.title).append("</h3>").append(output.html());
            } else if (!output.rows.isEmpty()) {
                page.append("<h3>").append(output.title).append("</h3>").append(table(output.rows));
            }
        }
        Files.createDirectories(file.getParent());
        Files.writeString(file, page);
    }

    private List<Row> query(Paragraph paragraph) {
        try {
            return spark.sql(script(paragraph)).collectAsList();
        } catch (Exception e) { // Spark throws checked exceptions that it does not declare
            throw new AssertionError(paragraph.getTitle(), e);
        }
    }

    private static String script(Paragraph paragraph) {
        return paragraph.getScriptText();
    }

    private void bind(String name, String type, Object value) {
        assertThat(scala.bind(name, type, value, Nil$.MODULE$.$colon$colon("@transient")))
                .hasToString("Success");
    }

    private static String table(List<Row> rows) {
        var text = new StringBuilder("<table cellpadding=\"4\"><tr>");
        for (var field : rows.get(0).schema().fieldNames()) {
            text.append("<th align=\"left\">").append(field).append("</th>");
        }
        for (var row : rows) {
            text.append("</tr><tr>");
            for (int i = 0; i < row.length(); i++) {
                text.append("<td>").append(row.get(i)).append("</td>");
            }
        }
        return text.append("</tr></table>").toString();
    }

    /** A Zeppelin context that supports forms only. */
    public static final class Forms extends ZeppelinContext {
        Forms(Map<String, Object> values) {
            super(null, 1000);
            setGui(new GUI());
            setNoteGui(new GUI());
            getNoteGui().setParams(values);
        }

        @Override
        public Map<String, String> getInterpreterClassMap() {
            return Map.of();
        }

        @Override
        @SuppressWarnings("rawtypes") // required by Zeppelin's declaration
        public List<Class> getSupportedClasses() {
            return List.of();
        }

        @Override
        public String showData(Object value, int maxResult) {
            return String.valueOf(value);
        }
    }
}
