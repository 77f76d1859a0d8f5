package io.flowmap.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Markdown guide: its links, its inline code, and the commands of its {@code sh} blocks. It understands as much of the shell as the
 * guides use: quotes, comments, assignments, {@code for} loops over words, lists, redirections and here-documents.
 */
record Guide(Path file, List<String> lines) {
    /** A simple command, with the variables that were assigned before it substituted. */
    record Command(List<String> words) {}

    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern WORD = Pattern.compile(
            "(?:\\$\\([^()]*\\)|'[^']*'|\"(?:\\\\.|[^\"\\\\])*\"|\\\\.|[^\\s'\"\\\\;&|<>()])+|[;&|<>()]+");
    private static final Pattern HERE = Pattern.compile("<<'?(\\w+)'?");
    private static final Pattern LOOP = Pattern.compile("for (\\w+) in (.*?); do *((.*); done.*)?");
    private static final Pattern VARIABLE = Pattern.compile("\\$(\\w+)");
    private static final Pattern ASSIGNMENT = Pattern.compile("(\\w+)=(.*)", Pattern.DOTALL);
    private static final String FENCE = "```";

    static Guide read(Path file) {
        try {
            return new Guide(file, Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Targets of links and pictures. */
    List<String> links() {
        return matches(LINK);
    }

    /** Texts between backticks, within one line. */
    List<String> code() {
        return matches(CODE).stream()
                .map(code -> code.replaceAll("\\s+", " ").strip())
                .toList();
    }

    /** The anchors of headings. */
    List<String> anchors() {
        return prose().filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("#+ *", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} -]", "")
                        .replace(' ', '-'))
                .toList();
    }

    /**
     * The commands of all blocks, in order.
     *
     * @param place folder for here-documents
     */
    List<Command> commands(Path place) throws IOException {
        var commands = new ArrayList<Command>();
        var variables = new LinkedHashMap<String, String>();
        for (var block : blocks()) {
            commands(block, variables, place, commands);
        }
        return commands;
    }

    /** The commands of a line of the text. */
    static List<Command> commands(String line) {
        var commands = new ArrayList<Command>();
        simple(line, Map.of()).forEach(words -> commands.add(new Command(words)));
        return commands;
    }

    private static void commands(List<String> block, Map<String, String> variables, Path place, List<Command> commands)
            throws IOException {
        for (int i = 0; i < block.size(); i++) {
            var line = block.get(i);
            var here = HERE.matcher(line);
            var loop = LOOP.matcher(line);
            if (here.find()) {
                int end = block.subList(i, block.size()).indexOf(here.group(1)) + i;
                var text = put(String.join("\n", block.subList(i + 1, end)), variables);
                var words = words(line.substring(0, here.start()));
                Files.writeString(place.resolve(words.get(words.size() - 1)), text + "\n");
                i = end;
            } else if (loop.matches()) {
                int end = i;
                var body = List.of(Objects.toString(loop.group(4), ""));
                if (loop.group(3) == null) {
                    while (!block.get(end).startsWith("done")) {
                        end++;
                    }
                    body = block.subList(i + 1, end);
                }
                for (var value : words(put(loop.group(2), variables))) {
                    variables.put(loop.group(1), value);
                    commands(body, variables, place, commands);
                }
                i = end;
            } else {
                for (var words : simple(line, variables)) {
                    var assignment = ASSIGNMENT.matcher(words.get(0));
                    if (words.size() == 1 && assignment.matches()) {
                        variables.put(assignment.group(1), assignment.group(2));
                    } else {
                        commands.add(new Command(words));
                    }
                }
            }
        }
    }

    /** Simple commands of a line, without targets of redirections. */
    private static List<List<String>> simple(String line, Map<String, String> variables) {
        var commands = new ArrayList<List<String>>();
        var command = new ArrayList<String>();
        boolean redirected = false;
        for (var word : words(line)) {
            if (word.matches("[<>]+&?")) {
                redirected = true;
            } else if (word.matches("[;&|()]+")) {
                commands.add(List.copyOf(command));
                command.clear();
            } else if (redirected) {
                redirected = false;
            } else {
                command.add(put(unquoted(word), variables));
            }
        }
        commands.add(List.copyOf(command));
        commands.removeIf(List::isEmpty);
        return commands;
    }

    private static List<String> words(String line) {
        var words = WORD.matcher(line).results().map(MatchResult::group).toList();
        int comment = 0;
        while (comment < words.size() && !words.get(comment).startsWith("#")) {
            comment++;
        }
        return words.subList(0, comment);
    }

    private static String unquoted(String word) {
        return word.replaceAll("'([^']*)'|\"((?:\\\\.|[^\"\\\\])*)\"", "$1$2").replaceAll("\\\\(.)", "$1");
    }

    private static String put(String text, Map<String, String> variables) {
        return VARIABLE.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(variables.getOrDefault(found.group(1), found.group())));
    }

    /** Lines of command blocks; lines joined by a backslash count as one. */
    private List<List<String>> blocks() {
        var blocks = new ArrayList<List<String>>();
        List<String> block = null;
        var joined = "";
        for (var line : lines) {
            if (block == null) {
                block = line.equals(FENCE + "sh") ? new ArrayList<>() : null;
            } else if (line.equals(FENCE)) {
                blocks.add(block);
                block = null;
            } else if (line.endsWith("\\")) {
                joined += line.substring(0, line.length() - 1);
            } else {
                block.add(joined + (joined.isEmpty() ? line : line.strip()));
                joined = "";
            }
        }
        return blocks;
    }

    /** Lines outside all blocks. */
    private Stream<String> prose() {
        var prose = new ArrayList<String>();
        boolean inside = false;
        for (var line : lines) {
            if (line.startsWith(FENCE)) {
                inside = !inside;
            } else if (!inside) {
                prose.add(line);
            }
        }
        return prose.stream();
    }

    private List<String> matches(Pattern pattern) {
        return pattern.matcher(String.join("\n", prose().toList()))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Override
    public String toString() {
        return Deployed.ROOT.relativize(file).toString();
    }
}
