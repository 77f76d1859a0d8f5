package io.flowmap.config;

import java.util.ArrayList;
import java.util.List;

/**
 * A key of reference.conf with the settings below it.
 *
 * @param path dotted key
 * @param key last name of the path
 * @param comment lines above the key, without the {@code #}
 * @param value default as HOCON; {@code ${path}} if the setting copies another; empty for a map
 * @param children for a map all its settings, for a copy those with other defaults, in file order
 */
public record Setting(String path, String key, List<String> comment, String value, List<Setting> children) {
    private static final int WIDTH = 100;
    private static final String INDENT = "  ";

    public Setting {
        comment = List.copyOf(comment);
        children = List.copyOf(children);
    }

    /** Whether it copies the defaults of another setting. */
    public boolean isCopy() {
        return value.startsWith("${");
    }

    /** Path of the setting that it copies. */
    public String original() {
        return value.substring(2, value.length() - 1);
    }

    /** Whether it is a single value. */
    public boolean isValue() {
        return !value.isEmpty() && children.isEmpty();
    }

    /** Key, comments and defaults as HOCON, in lines of at most {@value #WIDTH} characters where possible. */
    public String hocon() {
        var text = new StringBuilder();
        write(text, "", path);
        return text.toString();
    }

    private void write(StringBuilder text, String indent, String name) {
        wrapped(comment, WIDTH - indent.length() - 2)
                .forEach(line -> text.append(indent).append("# ").append(line).append('\n'));
        if (!value.isEmpty()) {
            text.append(indent).append(name).append(" = ").append(value).append('\n');
            if (children.isEmpty()) {
                return;
            }
        }
        text.append(indent).append(name).append(children.isEmpty() ? " {}\n" : " {\n");
        children.forEach(child -> child.write(text, indent + INDENT, child.key));
        text.append(children.isEmpty() ? "" : indent + "}\n");
    }

    /** Rewraps the lines of a comment to a width. Indented lines (tables) stay as they are. */
    public static List<String> wrapped(List<String> comment, int width) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (var raw : comment) {
            if (raw.startsWith(INDENT)) {
                end(lines, line);
                lines.add(raw.substring(1));
                continue;
            }
            for (var word : raw.strip().split(" ")) {
                if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                    end(lines, line);
                }
                line.append(line.length() > 0 ? " " : "").append(word);
            }
        }
        end(lines, line);
        return lines;
    }

    private static void end(List<String> lines, StringBuilder line) {
        if (line.length() > 0) {
            lines.add(line.toString());
            line.setLength(0);
        }
    }
}
