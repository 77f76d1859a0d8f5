package io.flowmap.app.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks files that start JVMs without the launcher against {@link NativeSettings}; its comment lists the others. */
class NativeSettingsTest {
    private static final Path DEPLOY = Path.of("").toAbsolutePath();
    private static final String VARIABLE = "(MALLOC_[A-Z_]+|OMP_WAIT_POLICY|GOMP_[A-Z_]+)";

    @Test
    void testsStartLikeJobsOfTheLauncher() throws IOException {
        var pom = Files.readString(DEPLOY.resolve("../pom.xml"));
        assertThat(pairs(pom, "<" + VARIABLE + ">([^<]*)<")).isEqualTo(NativeSettings.ENVIRONMENT);
        assertThat(found(pom, "--add-opens=java.base/([a-z.]+)=ALL-UNNAMED")).isEqualTo(NativeSettings.OPENED);
        var heap = found(pom, "-Xmx(\\w+)").get(0);
        var memory = found(pom, "javacpp\\.max(?:physical)?bytes=(\\w+)");
        assertThat("-Dorg.bytedeco.javacpp.maxbytes=" + SparkConfig.bytes(memory.get(0))
                        + " -Dorg.bytedeco.javacpp.maxphysicalbytes=" + SparkConfig.bytes(memory.get(1)))
                .isEqualTo(NativeSettings.memory(heap, memory.get(0)));
        assertThat(pom).contains("<spark.ui.enabled>false<"); // the web UI costs a second per session
    }

    @Test
    void benchesAreStartedWithTheLaunchersAllocatorAndTheirOwnSpin() throws IOException {
        var script = Files.readString(DEPLOY.resolve("bin/bench.sh"));
        var expected = new TreeMap<>(NativeSettings.ENVIRONMENT);
        expected.keySet().removeIf(name -> !name.startsWith("MALLOC_"));
        expected.putAll(NativeSettings.BENCH_OPENMP);
        assertThat(pairs(script, "\\b" + VARIABLE + "=(?:\\$\\{\\w+:-)?(\\w+)")).isEqualTo(expected);
        assertThat(found(script, "javacpp\\.max(?:physical)?bytes=(\\w+)")).isEqualTo(NativeSettings.BENCH_MEMORY);
        var names = found(script.replaceAll("\\\\\\R", " "), "for name in ((?:java|sun)[a-z. ]+);");
        assertThat(names).hasSize(1);
        assertThat(List.of(names.get(0).strip().split("\\s+"))).isEqualTo(NativeSettings.OPENED);
        assertThat(script).contains("-Dspark.ui.enabled=false");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AveragingBench", "IngestBench"})
    void theBenchesSessionsHaveTheLaunchersSettings(String bench) throws IOException {
        var source = Files.readString(DEPLOY.resolve("bench/src/main/java/io/flowmap/bench/" + bench + ".java"));
        assertThat(pairs(source, "\"(spark\\.(?:shuffle|broadcast)\\.[a-zA-Z]+)\", (\\w+)"))
                .isNotEmpty()
                .allSatisfy((key, value) -> assertThat(NativeSettings.SPARK).containsEntry(key, value));
    }

    /** The two groups of all matches, as a map; fails if one name has two values. */
    private static Map<String, String> pairs(String text, String pattern) {
        var pairs = new TreeMap<String, String>();
        var matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            var earlier = pairs.put(matcher.group(1), matcher.group(2));
            assertThat(earlier == null || earlier.equals(matcher.group(2)))
                    .as(matcher.group())
                    .isTrue();
        }
        return pairs;
    }

    private static List<String> found(String text, String pattern) {
        var found = new ArrayList<String>();
        var matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
