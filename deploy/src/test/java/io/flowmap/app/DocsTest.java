package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Settings;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks README, the guides and NOTICE against the code. docs/check.sh runs the guides' commands. */
class DocsTest {
    private static final int README_LINES = 250;
    private static final int WIDTH = 120;
    private static final String PLACEHOLDER = ".*(\\b[A-Z]{2,}\\b|\\.\\.\\.|…|\\[|<).*";
    private static final String MAIN = "io.flowmap.app.Main";
    private static final Set<String> SCRIPTED = Set.of("bench", "cluster");
    private static final Pattern SETTING = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z0-9-]+)+");
    private static final Pattern GIVEN = Pattern.compile("(" + SETTING + ") ?= ?(\\S.*)");
    private static final Pattern FILE_NAME = Pattern.compile(".*\\.(conf|csv|html|json|md|png|sh|txt|zip)");
    private static final Pattern CLASS = Pattern.compile("([A-Z][A-Za-z0-9]+)");
    private static final Set<String> PLACES = Set.of(
            ".ci",
            ".mvn",
            "common",
            "conf",
            "deploy",
            "docs",
            "notebooks",
            "pipeline-adversarial",
            "pipeline-distill",
            "pipeline-eval",
            "pipeline-ingest");

    @TempDir
    Path folder;

    static List<Guide> guides() throws IOException {
        try (var docs = Files.list(Deployed.ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(Deployed.ROOT.resolve("README.md")),
                            docs.filter(file -> file.toString().endsWith(".md")).sorted())
                    .map(Guide::read)
                    .toList();
        }
    }

    @Test
    void readmeFitsOnAPage() {
        var lines = Guide.read(Deployed.ROOT.resolve("README.md")).lines();
        assertThat(lines).hasSizeLessThanOrEqualTo(README_LINES);
        assertThat(lines).filteredOn(DocsTest::isTooWide).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("guides")
    void linesOutsideOfTablesFitAScreen(Guide guide) {
        assertThat(guide.lines())
                .filteredOn(line -> !line.startsWith("|") && isTooWide(line))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("guides")
    void everyLinkHasATarget(Guide guide) {
        for (var link : guide.links()) {
            var parts = link.split("#", 2);
            var target = guide.file().resolveSibling(parts[0]).normalize();
            assertThat(target).as(link).exists();
            if (parts.length > 1) {
                assertThat(Guide.read(target).anchors()).as(link).contains(parts[1]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("guides")
    void everyNamedFileOfTheCheckoutExists(Guide guide) {
        assertThat(guide.code().stream()
                        .filter(code -> code.contains("/") && PLACES.contains(code.split("/")[0]))
                        .filter(code -> !code.contains(" ") && !code.contains("/target/") && !code.contains("*"))
                        .map(Deployed.ROOT::resolve))
                .allSatisfy(file -> assertThat(file).exists());
    }

    @ParameterizedTest
    @MethodSource("guides")
    void everyNamedSettingExists(Guide guide) {
        var known = Settings.load(Optional.empty(), List.of()).tree();
        for (var code : guide.code()) {
            var given = GIVEN.matcher(code);
            var key = (given.matches() ? given.group(1) : code).replaceFirst("\\.(\\*|[A-Z]+)$", "");
            if (!SETTING.matcher(key).matches() || !known.has(key.split("\\.")[0]) || isOther(key)) {
                continue;
            }
            if (given.matches() && !given.group(3).matches("[A-Z]+")) {
                assertThatCode(() -> Settings.load(Optional.empty(), List.of(code)))
                        .as(code)
                        .doesNotThrowAnyException();
            } else {
                assertThat(has(known, key)).as(code).isTrue();
            }
        }
    }

    /**
     * Parses every command with the launcher, up to the start of Spark: commands, options, files of --config, keys, values and their
     * ranges.
     */
    @ParameterizedTest
    @MethodSource("guides")
    void everyCommandIsAcceptedByTheLauncher(Guide guide) throws IOException {
        link("conf");
        var commands = new ArrayList<>(guide.commands(folder));
        guide.code().stream()
                .filter(code -> code.startsWith("deploy/bin/flowmap ") && !code.matches(PLACEHOLDER))
                .forEach(code -> commands.addAll(Guide.commands(code)));
        for (var command : commands) {
            var words = command.words().stream()
                    .dropWhile(word -> word.matches("\\w+=.*"))
                    .toList();
            if (words.isEmpty()) {
                continue;
            }
            var program = words.get(0);
            if (program.matches("(.*bin/)?flowmap|.*/entrypoint.sh")) {
                launch(words.subList(1, words.size()));
            } else if (program.endsWith("/nightly.sh")) {
                launch(words.subList(2, words.size()));
            } else if (words.contains(MAIN)) {
                int jar = words.lastIndexOf(
                        words.stream().filter(word -> word.endsWith(".jar")).reduce(MAIN, (first, second) -> second));
                launch(words.subList(jar + 1, words.size()));
            } else if (program.equals("./mvnw")) {
                requireTests(words);
            } else if (PLACES.contains(program.split("/")[0])) {
                assertThat(Deployed.ROOT.resolve(program)).isExecutable();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"check.sh", "notice.sh"})
    void everyScriptIsBash(String script) throws Exception {
        assumeTrue(Deployed.has("bash"), "no bash");
        var file = Deployed.ROOT.resolve("docs").resolve(script).toString();
        var checked = Deployed.run(Map.of(), "bash", "-n", file);
        assertThat(checked.code()).as(checked.out()).isZero();
    }

    @Test
    void everyClassInATableOfDesignExists() throws IOException {
        Set<String> classes;
        try (var files = Files.walk(Deployed.ROOT)) {
            classes = files.filter(file -> file.toString().contains("/src/main/java/"))
                    .map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
        }
        var named = Guide.read(Deployed.ROOT.resolve("docs/design.md")).lines().stream()
                .filter(line -> line.startsWith("| `"))
                .flatMap(line -> Pattern.compile("`([^`]+)`")
                        .matcher(line.split("\\|")[1])
                        .results()
                        .map(found -> found.group(1)))
                .filter(name -> CLASS.matcher(name).matches())
                .toList();
        assertThat(named).hasSizeGreaterThan(50);
        assertThat(classes).containsAll(named);
    }

    /** Compares NOTICE with the class paths that Maven lists for lib and the Spark home; docs/notice.sh writes NOTICE again. */
    @Test
    void noticeHasARowForEachLibraryThatShipsAndNoOther() throws IOException {
        var jars = new ArrayList<String>();
        for (var list : List.of("target/classpath", "spark/target/classpath")) {
            var classPath = Deployed.DEPLOY.resolve(list);
            assumeTrue(Files.exists(classPath), "Maven has not listed " + list);
            Stream.of(Files.readString(classPath).strip().split(File.pathSeparator))
                    .map(jar -> jar.replace(File.separatorChar, '/'))
                    .filter(jar -> jar.endsWith(".jar") && !jar.contains("/flowmap-"))
                    .forEach(jars::add);
        }
        var rows = Files.readAllLines(Deployed.ROOT.resolve("NOTICE")).stream()
                .map(line -> line.split(": ")[0].split(":"))
                .filter(library -> library.length == 3)
                .map(library -> "/" + library[0].replace('.', '/') + "/" + library[1] + "/" + library[2] + "/")
                .toList();
        assertThat(jars).hasSizeGreaterThan(60);
        assertThat(jars)
                .filteredOn(jar -> rows.stream().noneMatch(jar::contains))
                .as("libraries without a row in NOTICE")
                .isEmpty();
        assertThat(rows)
                .filteredOn(row -> jars.stream().noneMatch(jar -> jar.contains(row)))
                .as("rows in NOTICE of libraries that do not ship")
                .isEmpty();
    }

    private void launch(List<String> words) {
        if (SCRIPTED.contains(words.get(0))) {
            return;
        }
        var err = new StringWriter();
        var here = new ArrayList<>(words);
        int config = here.indexOf("--config");
        if (config >= 0) {
            here.set(config + 1, folder.resolve(here.get(config + 1)).toString());
        }
        int master = here.indexOf("--master"); // a remote master would need the program's jars, which do not exist yet
        if (master >= 0) {
            here.set(master + 1, "local[*]");
        }
        int code = Launcher.run(
                Deployed.ROOT,
                folder,
                false,
                new PrintWriter(new StringWriter()),
                new PrintWriter(err, true),
                here.toArray(String[]::new));
        assertThat(code).as(words + ": " + err).isZero();
    }

    /** {@code -Dtest=} with classes separated by commas. */
    private static void requireTests(List<String> words) throws IOException {
        var names = words.stream()
                .filter(word -> word.startsWith("-Dtest="))
                .flatMap(word -> Stream.of(word.substring("-Dtest=".length()).split(",")))
                .toList();
        for (var name : names) {
            try (var files = Files.walk(Deployed.ROOT)) {
                assertThat(files.anyMatch(path -> path.getFileName().toString().equals(name + ".java")))
                        .as(name)
                        .isTrue();
            }
        }
    }

    private void link(String name) throws IOException {
        Files.createSymbolicLink(folder.resolve(name), Deployed.ROOT.resolve(name));
    }

    /** A file name, or a setting of Spark itself. */
    private static boolean isOther(String key) {
        return FILE_NAME.matcher(key).matches() || key.startsWith("spark.") && !key.contains("-");
    }

    private static boolean has(JsonNode tree, String key) {
        for (var name : key.split("\\.")) {
            tree = tree.path(name);
        }
        return !tree.isMissingNode();
    }

    private static boolean isTooWide(String line) {
        return line.codePointCount(0, line.length()) > WIDTH;
    }
}
